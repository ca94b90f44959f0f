/** Healthy nodes of other kinds: older CNI, other modes. Facts: vpc-cni §1 to §7, bundle-layout §5, §11. */
import { editEnis, secondInterface } from '../introspection.js';
import { cni118, cni16, primaryInterface, withoutMessages } from '../layout.js';
import { nearMiss, type Variant } from '../types.js';
import type { VariantNode } from '../node.js';

function blankKeys(node: VariantNode): void {
  node.replace(
    'ipamd/enis.json',
    /"containerID":"[0-9a-f]{64}","ifName":"eth0"/g,
    '"containerID":"","ifName":""',
  );
}

export const oldNearMisses: Variant[] = [
  nearMiss({
    name: 'nm-healthy-1.6',
    why: 'A healthy node with CNI 1.6 and seelog lines.',
    edit: (node) => cni16(node),
  }),
  nearMiss({
    name: 'nm-healthy-al2023-ens5',
    why: 'AL2023: ens5, no messages, policy unit for ens5 present.',
    edit(node) {
      primaryInterface(node, 'ens5');
      withoutMessages(node);
      node.write(
        'networking/systemd-network/70-eks-ens5.network',
        '# /run/systemd/network/70-eks-ens5.network\n[Match]\nName=ens5\n\n[Network]\nDHCP=ipv4\n',
      );
    },
  }),
  nearMiss({
    name: 'nm-1.23-blank-keys',
    why: 'From 1.23 the container id is blank: an address is assigned when its network name is set.',
    edit: blankKeys,
  }),
  nearMiss({
    name: 'nm-collector-run-twice',
    why: 'Appended files hold two runs; the first one had another pod.',
    edit(node) {
      for (const f of [
        'networking/iproute.txt',
        'networking/conntrack.txt',
        'networking/ethtool.txt',
        'ipamd/enis.json',
        'sysctls/sysctl_all.txt',
      ])
        node.write(f, node.read(f) + node.read(f));
    },
  }),
  nearMiss({
    name: 'nm-docker0-linkdown',
    why: "Amazon Linux 2's docker0 that nobody uses.",
    edit(node) {
      cni118(node);
      node.append(
        'networking/iproute.txt',
        '172.17.0.0/16 dev docker0 proto kernel scope link src 172.17.0.1 linkdown ',
        '169.254.169.254 dev eth0 ',
      );
      node.append(
        'networking/ifconfig.txt',
        'docker0: flags=4099<UP,BROADCAST,MULTICAST>  mtu 1500',
        '        inet 172.17.0.1  netmask 255.255.0.0  broadcast 172.17.255.255',
        '        ether 02:42:ac:11:00:01  txqueuelen 0  (Ethernet)',
        '',
      );
    },
  }),
  nearMiss({
    name: 'nm-stale-rules-and-host-network-pods',
    why: 'Rules of pods that are gone, a pod in the host network, a table of an interface that was detached.',
    edit(node) {
      node.replace(
        'networking/iprule.txt',
        '1024:',
        '512:\tfrom all to 10.67.70.186 lookup main\n512:\tfrom all to 10.67.70.195 lookup main\n1024:',
      );
      node.append('networking/iproute.txt', '10.67.71.1 dev eth0 table 3 scope link ');
    },
  }),
  nearMiss({
    name: 'nm-pod-created-at-collection',
    why: 'An address was assigned ten seconds before the collector ran; its route is not there yet.',
    edit(node) {
      const ip = '10.67.70.171';
      const at = node.ago(0.15).toISOString();
      editEnis(node, (card) => {
        const cidr = Object.values(card.ENIs)[0]!.AvailableIPv4Cidrs[`${ip}/32`]!;
        cidr.IPAddresses[ip] = {
          Address: ip,
          IPAMKey: { networkName: 'aws-cni', containerID: 'ab'.repeat(32), ifName: 'eth0' },
          IPAMMetadata: { k8sPodNamespace: 'shop', k8sPodName: 'cart-0' },
          AssignedTime: at,
          UnassignedTime: '0001-01-01T00:00:00Z',
        };
        card.AssignedIPs++;
      });
      const doc = JSON.parse(node.read('ipamd/ipam.json')) as { allocations: unknown[] };
      doc.allocations.push({
        networkName: 'aws-cni',
        containerID: 'ab'.repeat(32),
        ifName: 'eth0',
        ipv4: ip,
        allocationTimestamp: Date.parse(at) * 1e6,
        metadata: { k8sPodNamespace: 'shop', k8sPodName: 'cart-0' },
      });
      node.write('ipamd/ipam.json', JSON.stringify(doc));
    },
  }),
  nearMiss({
    name: 'nm-cooling-down-addresses',
    why: 'Freed addresses with an empty key need no route.',
    edit(node) {
      editEnis(node, (card) => {
        const ip = '10.67.70.186';
        Object.values(card.ENIs)[0]!.AvailableIPv4Cidrs[`${ip}/32`]!.IPAddresses[ip] = {
          Address: ip,
          IPAMKey: { networkName: '', containerID: '', ifName: '' },
          IPAMMetadata: {},
          AssignedTime: node.ago(9).toISOString(),
          UnassignedTime: node.ago(0.3).toISOString(),
        };
      });
    },
  }),
  nearMiss({
    name: 'nm-security-groups-for-pods',
    why: 'Branch interfaces at work: rule 20, table 101, early demux off.',
    edit(node) {
      node.replace(
        'cni/cni-configuration-variables-containerd.json',
        'ENABLE_POD_ENI=false',
        'ENABLE_POD_ENI=true',
      );
      node.replace('ipamd/enis.json', '"IsTrunk":false', '"IsTrunk":true');
      node.replace(
        'networking/iprule.txt',
        '0:\tfrom all lookup local',
        '10:\tfrom all iif vlan.eth.1 lookup 101\n10:\tfrom all iif vlan18582a65b10 lookup 101\n20:\tfrom all lookup local',
      );
      node.append(
        'networking/iproute.txt',
        'default via 10.67.64.1 dev vlan.eth.1 table 101 ',
        '10.67.64.1 dev vlan.eth.1 table 101 scope link ',
        '10.67.64.77 dev vlan18582a65b10 table 101 scope link ',
      );
      node.append(
        'networking/ifconfig.txt',
        'vlan.eth.1: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 9001',
        '        ether 0a:11:22:33:44:55  txqueuelen 1000  (Ethernet)',
        '',
        'vlan18582a65b10: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 9001',
        '        ether 0a:11:22:33:44:66  txqueuelen 0  (Ethernet)',
        '',
      );
      node.sysctl('net.ipv4.tcp_early_demux', '0');
      node.plugin(
        40,
        'debug',
        'SetupBranchENIPodNetwork: hostVethName=vlan18582a65b10, contVethName=eth0, netnsPath=/var/run/netns/cni-1, vlanID=1, eniMAC=0a:11:22:33:44:55, subnetGateway=10.67.64.1',
      );
    },
  }),
  nearMiss({
    name: 'nm-pod-eni-enabled-nobody-uses-it',
    why: 'The setting is on, no pod has a branch interface, early demux is 1.',
    edit(node) {
      node.replace(
        'cni/cni-configuration-variables-containerd.json',
        'ENABLE_POD_ENI=false',
        'ENABLE_POD_ENI=true',
      );
      node.replace('networking/iprule.txt', '0:\tfrom all', '20:\tfrom all');
      node.replace('ipamd/enis.json', '"IsTrunk":false', '"IsTrunk":true');
    },
  }),
  nearMiss({
    name: 'nm-secondary-eni-pod',
    why: 'A pod on the second interface with rule 1536 and table 2.',
    edit(node) {
      const pod = node.base.pods[0];
      secondInterface(node, (address) => address === node.base.pods[0].ip);
      node.replace('networking/iprule.txt', '32766:', `1536:\tfrom ${pod.ip} lookup 2\n32766:`);
      node.append(
        'networking/iproute.txt',
        'default via 10.67.70.1 dev eth1 table 2 ',
        '10.67.70.1 dev eth1 table 2 scope link ',
        'local 10.67.70.200 dev eth1 table local proto kernel scope host src 10.67.70.200 ',
      );
      node.append(
        'networking/ifconfig.txt',
        'eth1: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 9001',
        '        inet 10.67.70.200  netmask 255.255.255.0  broadcast 10.67.70.255',
        '        ether 0a:a7:eb:c3:85:bb  txqueuelen 1000  (Ethernet)',
        '',
      );
      node.kernel(30, 'ena 0000:00:06.0 eth1: Link down');
      node.kernel(29.9, 'ena 0000:00:06.0 eth1: Link up');
    },
  }),
  nearMiss({
    name: 'nm-prefix-delegation',
    why: 'Prefix delegation by itself, mixed with single addresses.',
    edit(node) {
      node.replace(
        'cni/cni-configuration-variables-containerd.json',
        'ENABLE_PREFIX_DELEGATION=false',
        'ENABLE_PREFIX_DELEGATION=true',
      );
      node.ipamd(44, 'debug', 'PD enabled - true');
      editEnis(node, (card) => {
        (Object.values(card.ENIs)[0]!.AvailableIPv4Cidrs as Record<string, unknown>)['10.67.70.208/28'] = {
          Cidr: { IP: '10.67.70.208', Mask: '////8A==' },
          IPAddresses: {},
          IsPrefix: true,
          AddressFamily: '',
        };
        card.TotalIPs += 16;
      });
      node.metric('awscni_total_ipv4_prefixes', 1);
    },
  }),
  nearMiss({
    name: 'nm-custom-networking',
    why: 'Pods from 100.64.0.0/10 on the second interface, none on the first.',
    edit(node) {
      node.replace(
        'cni/cni-configuration-variables-containerd.json',
        'CUSTOM_NETWORK_CFG=false',
        'CUSTOM_NETWORK_CFG=true',
      );
      node.replace(
        'ipamd/ipamd-env-settings.json',
        '"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG":false',
        '"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG":true',
      );
      node.ipamd(44, 'debug', 'ipamd: using custom network config: [sg-0a1b2c3d], subnet-0aa11bb22');
      const moved = (ip: string): string => ip.replace('10.67.70.', '100.64.8.');
      const ips = node.base.pods.map((p) => p.ip);
      for (const path of node.paths(/^(networking|ipamd|var_log|kubelet)\//)) {
        let text = node.read(path);
        for (const ip of ips)
          text = text.replaceAll(new RegExp(`\\b${ip.replaceAll('.', '\\.')}\\b`, 'g'), moved(ip));
        node.write(path, text);
      }
      secondInterface(node, () => true);
      node.replace(
        'networking/iprule.txt',
        '32766:',
        `${ips.map((ip) => `1536:\tfrom ${moved(ip)} lookup 2\n`).join('')}32766:`,
      );
      node.append(
        'networking/iproute.txt',
        'default via 100.64.8.1 dev eth1 table 2 ',
        '100.64.8.1 dev eth1 table 2 scope link ',
        'local 100.64.8.200 dev eth1 table local proto kernel scope host src 100.64.8.200 ',
      );
      node.append(
        'networking/ifconfig.txt',
        'eth1: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 9001',
        '        inet 100.64.8.200  netmask 255.255.255.0  broadcast 100.64.8.255',
        '        ether 0a:a7:eb:c3:85:bb  txqueuelen 1000  (Ethernet)',
        '',
      );
      for (const chain of ['AWS-SNAT-CHAIN-0', 'AWS-CONNMARK-CHAIN-0'])
        node.replace(
          'networking/iptables-save.txt',
          `-A ${chain} -d 10.67.0.0/16`,
          `-A ${chain} -d 100.64.0.0/10 -m comment --comment "AWS SNAT CHAIN" -j RETURN\n-A ${chain} -d 10.67.0.0/16`,
        );
    },
  }),
  nearMiss({
    name: 'nm-hybrid-node-without-vpc-cni',
    why: 'Another CNI (Cilium) serves this node: no ipamd is no fault.',
    edit(node) {
      node.remove(
        /^ipamd\/|^var_log\/aws-routed-eni\/|^var_log\/(kube-system_)?aws-node-|^cni\/|^networking\/ebpf/,
      );
      node.write(
        'cni/05-cilium.conflist',
        '{\n  "cniVersion": "0.3.1",\n  "name": "cilium",\n  "plugins": [{ "type": "cilium-cni" }]\n}\n',
      );
      for (const f of ['system/ps.txt', 'system/ps-threads.txt']) {
        node.dropLines(f, /aws-k8s-agent|aws-vpc-cni|\/controller/);
        node.append(
          f,
          'root        4800  2.0  1.9 2502416 151400 ?  Ssl  08:03   1:19 cilium-agent --config-dir=/tmp/cilium/config-map',
        );
      }
      for (const f of ['containerd/containerd-containers.txt', 'containerd/containerd-tasks.txt'])
        node.dropLines(f, /^(3c1d7b0a|5bd188e3)/);
      node.dropLines('networking/iproute.txt', / dev eni/);
      node.dropLines('networking/iprule.txt', /^(512|1024):/);
      node.replace('networking/ifconfig.txt', /(eni\w+:[^]*?\n\n)+/, '');
      node.dropLines('networking/iptables-save.txt', /AWS-/);
    },
  }),
  nearMiss({
    name: 'nm-listings-not-collected',
    why: 'iptables could not take its lock: the listings hold only the trailer with 0.',
    edit(node) {
      for (const path of node.paths(/^networking\/ip6?tables(-filter|-nat|-mangle)?\.txt$/))
        node.write(path, '=======\nTotal Number of Rules: 0\n');
      node.remove(/^networking\/iptables-save\.txt$/);
    },
  }),
  nearMiss({
    name: 'nm-truncated-journal',
    why: 'The collector killed journalctl: the log ends in the middle of a line, half an hour early.',
    edit(node) {
      node.write('kubelet/kubelet.log', node.read('kubelet/kubelet.log').slice(0, 4003));
    },
  }),
  nearMiss({
    name: 'nm-no-ifconfig',
    why: 'net-tools are not installed: no ifconfig, no netstat.',
    edit(node) {
      node.remove(/^networking\/ifconfig\.txt$/);
      node.write(
        'system/netstat.txt',
        'timeout: failed to run command ‘netstat’: No such file or directory\n',
      );
    },
  }),
];
