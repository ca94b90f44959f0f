/** Routes and interfaces. Facts: signatures B, vpc-cni §1 to §3. */
import { secondInterface } from '../introspection.js';
import { cni118, monitoringAgentLayout, primaryInterface } from '../layout.js';
import { fault, type Variant } from '../types.js';

export const routeFaults: Variant[] = [
  fault({
    name: 'missing-route-one-pod',
    why: 'The pod has an address and a rule; its route in main is gone.',
    expected: ['missing_route'],
    severe: ['missing-route'],
    edit(node) {
      node.dropLines('networking/iproute.txt', `${node.base.pods[0].ip} dev`);
    },
  }),
  fault({
    name: 'missing-route-all-pods-1.18',
    why: 'Something wiped all pod routes and rules.',
    expected: ['missing_route'],
    severe: ['missing-route'],
    edit(node) {
      cni118(node);
      node.dropLines('networking/iproute.txt', / dev eni/);
      node.dropLines('networking/iprule.txt', /^512:/);
    },
  }),
  fault({
    name: 'missing-route-agent-layout-ens5',
    why: 'The same for the second pod, kind B, ens5.',
    expected: ['missing_route'],
    severe: ['missing-route'],
    edit(node) {
      monitoringAgentLayout(node);
      primaryInterface(node, 'ens5');
      node.dropLines('networking/iproute.txt', `${node.base.pods[1].ip} dev`);
    },
  }),
  fault({
    name: 'missing-route-secondary-table-without-default',
    why: 'A pod of the second interface is sent to a table that has no default route.',
    expected: ['missing_route'],
    severe: ['missing-route'],
    edit(node) {
      secondInterface(node, (address) => address === node.base.pods[0].ip);
      node.replace('networking/iprule.txt', '32766:', `1536:\tfrom ${node.base.pods[0].ip} lookup 2\n32766:`);
      node.append('networking/iproute.txt', '10.67.70.1 dev eth1 table 2 scope link');
      node.append(
        'networking/ifconfig.txt',
        'eth1: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 9001',
        '        inet 10.67.70.200  netmask 255.255.255.0  broadcast 10.67.70.255',
        '        ether 0a:a7:eb:c3:85:bb  txqueuelen 1000  (Ethernet)',
        '',
      );
    },
  }),
  fault({
    name: 'blackhole-subnet',
    why: 'A blackhole hides the other subnet of the VPC.',
    expected: ['blackhole_route'],
    severe: ['blackhole-route'],
    edit(node) {
      node.replace(
        'networking/iproute.txt',
        '10.67.70.0/24 dev',
        'blackhole 10.67.2.0/24 \n10.67.70.0/24 dev',
      );
    },
  }),
  fault({
    name: 'blackhole-host-agent-layout',
    why: 'One remote pod is blackholed.',
    expected: ['blackhole_route'],
    severe: ['blackhole-route'],
    edit(node) {
      monitoringAgentLayout(node);
      node.replace(
        'networking/iproute.txt',
        '10.67.70.0/24 dev',
        'blackhole 10.67.2.82 proto static metric 5 \n10.67.70.0/24 dev',
      );
    },
  }),
  fault({
    name: 'unreachable-subnet',
    why: 'An unreachable route covers the other subnet.',
    expected: ['unreachable_route'],
    severe: ['unreachable-route'],
    edit(node) {
      node.replace(
        'networking/iproute.txt',
        '10.67.70.0/24 dev',
        'unreachable 10.67.2.0/24 \n10.67.70.0/24 dev',
      );
    },
  }),
  fault({
    name: 'prohibit-subnet-ens5',
    why: 'The same with prohibit.',
    expected: ['unreachable_route'],
    severe: ['unreachable-route'],
    edit(node) {
      primaryInterface(node, 'ens5');
      node.replace(
        'networking/iproute.txt',
        '10.67.70.0/24 dev',
        'prohibit 10.67.2.0/24 proto static \n10.67.70.0/24 dev',
      );
    },
  }),
  fault({
    name: 'veth-gone',
    why: "The host's end of a pod's veth is not there any more, nor is the route that hung on it.",
    expected: ['veth_missing'],
    severe: ['veth-missing', 'missing-route'],
    edit(node) {
      node.dropLines('networking/iproute.txt', `${node.base.pods[0].ip} dev`);
      node.replace('networking/ifconfig.txt', /enicf606c3b1e3:[^]*?\n\n/, '');
      node.dropLines('sysctls/sysctl_all.txt', 'enicf606c3b1e3');
    },
  }),
  fault({
    name: 'veth-setup-fails',
    why: 'The plugin cannot make the veth for a pod.',
    expected: ['veth_missing'],
    severe: ['veth-missing'],
    edit(node) {
      const reason =
        'failed to setup veth network: setup NS network: failed to setup veth pair.: failed to delete old hostVeth "enicf606c3b1e3": operation not supported';
      node.spread(20, 1, 15, (m) => {
        node.plugin(
          m,
          'error',
          `Failed SetupPodNetwork for container ${node.base.pods[0].sandbox}: ${reason}`,
        );
        node.sandboxFailed(
          m,
          node.base.pods[0],
          'failed to setup network: setupVeth network: failed to setup veth network',
        );
      });
    },
  }),
  fault({
    name: 'veth-not-found-by-agent',
    why: "The policy agent looks for a running pod's veth and does not find it; neither does ifconfig.",
    expected: ['veth_missing'],
    severe: ['veth-missing'],
    edit(node) {
      node.replace('networking/ifconfig.txt', /enicf606c3b1e3:[^]*?\n\n/, '');
      node.dropLines('sysctls/sysctl_all.txt', 'enicf606c3b1e3');
      node.spread(15, 1, 10, (m) =>
        node.agent(
          m,
          'error',
          'Not found any interface starting with prefixes and the hash. Prefixes searched [eni vlan] hash cf606c3b1e3 error Link not found',
          'utils/utils.go:212',
        ),
      );
      node.replace(
        'networking/iproute.txt',
        `${node.base.pods[0].ip} dev enicf606c3b1e3 scope link`,
        `${node.base.pods[0].ip} dev enicf606c3b1e3 scope link linkdown`,
      );
    },
  }),
  fault({
    name: 'cidr-conflict-docker0-up',
    why: 'docker0 is up with a range that pods talk to.',
    expected: ['cidr_conflict'],
    severe: ['cidr-conflict'],
    edit(node) {
      node.append(
        'networking/iproute.txt',
        '172.17.0.0/16 dev docker0 proto kernel scope link src 172.17.0.1 ',
      );
      node.append(
        'networking/conntrack.txt',
        'tcp      6 110 SYN_SENT src=10.67.70.70 dst=172.17.44.9 sport=43001 dport=5432 [UNREPLIED] src=172.17.44.9 dst=10.67.70.70 sport=5432 dport=43001 mark=0 use=1',
      );
      node.append(
        'networking/ifconfig.txt',
        'docker0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500',
        '        inet 172.17.0.1  netmask 255.255.0.0  broadcast 172.17.255.255',
        '        ether 02:42:ac:11:00:01  txqueuelen 0  (Ethernet)',
        '',
      );
      node.replace(
        'networking/iptables-save.txt',
        '-A AWS-SNAT-CHAIN-0 -d 10.67.0.0/16',
        '-A AWS-SNAT-CHAIN-0 -d 172.17.0.0/16 -m comment --comment "AWS SNAT CHAIN" -j RETURN\n-A AWS-SNAT-CHAIN-0 -d 10.67.0.0/16',
      );
      node.ipamd(40, 'debug', 'VPC CIDR 10.67.0.0/16', 'awsutils/awsutils.go:400');
      node.ipamd(40, 'debug', 'VPC CIDR 172.17.0.0/16', 'awsutils/awsutils.go:400');
    },
  }),
  fault({
    name: 'cidr-conflict-bridge-inside-vpc',
    why: 'A bridge of a container tool claims part of the VPC range.',
    expected: ['cidr_conflict'],
    severe: ['cidr-conflict'],
    edit(node) {
      node.append(
        'networking/iproute.txt',
        '10.67.2.0/24 dev br-3f1c2d4e5a6b proto kernel scope link src 10.67.2.1 ',
      );
      node.append(
        'networking/ifconfig.txt',
        'br-3f1c2d4e5a6b: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500',
        '        inet 10.67.2.1  netmask 255.255.255.0  broadcast 10.67.2.255',
        '        ether 02:42:9d:11:00:01  txqueuelen 0  (Ethernet)',
        '',
      );
    },
  }),
  fault({
    name: 'cidr-conflict-service-range',
    why: 'The VPC has a secondary range that covers the service range.',
    expected: ['cidr_conflict'],
    severe: ['cidr-conflict'],
    edit(node) {
      for (const chain of ['AWS-SNAT-CHAIN-0', 'AWS-CONNMARK-CHAIN-0'])
        node.replace(
          'networking/iptables-save.txt',
          `-A ${chain} -d 10.67.0.0/16`,
          `-A ${chain} -d 172.20.0.0/16 -m comment --comment "AWS SNAT CHAIN" -j RETURN\n-A ${chain} -d 10.67.0.0/16`,
        );
      node.ipamd(44, 'debug', 'VPC CIDR 172.20.0.0/16', 'awsutils/awsutils.go:400');
    },
  }),
  fault({
    name: 'sgp-no-trunk',
    why: 'Pods with security groups cannot start: the trunk is missing.',
    expected: ['sgp_isolation'],
    severe: ['sgp-isolation'],
    edit(node) {
      node.replace(
        'cni/cni-configuration-variables-containerd.json',
        'ENABLE_POD_ENI=false',
        'ENABLE_POD_ENI=true',
      );
      node.spread(25, 1, 15, (m) => {
        node.ipamd(
          m,
          'error',
          'Send AddNetworkReply: No trunk ENI found, cannot add a pod ENI',
          'rpc/rpc.pb.go:713',
        );
        node.sandboxFailed(m, node.base.pods[1], 'failed to assign an IP address to container');
      });
    },
  }),
  fault({
    name: 'sgp-probes-fail-early-demux',
    why: 'Strict branch interfaces with early demux on: kubelet cannot reach the pods it probes.',
    expected: ['sgp_isolation'],
    severe: ['sgp-isolation'],
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
      node.sysctl('net.ipv4.tcp_early_demux', '1');
      node.plugin(
        44,
        'debug',
        'SetupBranchENIPodNetwork: hostVethName=vlan18582a65b10, contVethName=eth0, netnsPath=/var/run/netns/cni-1, vlanID=1, eniMAC=0a:11:22:33:44:55, subnetGateway=10.67.64.1, mtu=9001',
      );
      node.spread(30, 1, 20, (m) =>
        node.kubelet(
          m,
          'I',
          'prober.go:107',
          '"Probe failed" probeType="Readiness" pod="shop/cart-0" podUID="5b1f" containerName="cart" probeResult="failure" output="dial tcp 10.67.64.77:8080: i/o timeout"',
        ),
      );
    },
  }),
];
