/** Faults with as little evidence as a collector may bring home. */
import { logrus } from '../../logs/clock.js';
import { fullPool, secondInterface } from '../introspection.js';
import { monitoringAgentLayout, primaryInterface } from '../layout.js';
import { fault, type Variant } from '../types.js';

export const sparseFaults: Variant[] = [
  fault({
    name: 'policyendpoint-reconciler-error',
    why: 'Five lines of the reconciler, the reason in another member of the record.',
    expected: ['policyendpoint_missing'],
    severe: ['policyendpoint-missing'],
    edit(node) {
      node.spread(9, 5, 5, (m) =>
        node.agentRaw(m, (t) =>
          JSON.stringify({
            level: 'error',
            ts: t.toISOString(),
            caller: 'controller/controller.go:324',
            msg: 'Reconciler error',
            controller: 'policyendpoint',
            error:
              'policyendpoints.networking.k8s.aws is forbidden: User "system:serviceaccount:kube-system:aws-node" cannot get resource "policyendpoints" in API group "networking.k8s.aws"',
          }),
        ),
      );
    },
  }),
  fault({
    name: 'kube-proxy-process-gone',
    why: 'The rules of yesterday stand, but nobody keeps them: no process, the container has stopped.',
    expected: ['kube_proxy_down'],
    severe: ['kube-proxy-down'],
    edit(node) {
      for (const f of ['system/ps.txt', 'system/ps-threads.txt']) node.dropLines(f, 'kube-proxy --v=2');
      node.replace('containerd/containerd-tasks.txt', '4174    RUNNING', '4174    STOPPED');
    },
  }),
  fault({
    name: 'kube-proxy-fails-since-two-minutes',
    why: 'The last four syncs failed.',
    expected: ['kube_proxy_down'],
    severe: ['kube-proxy-down'],
    edit(node) {
      monitoringAgentLayout(node);
      node.spread(2, 0.4, 4, (m) =>
        node.proxy(
          m,
          'E',
          'proxier.go:1577',
          '"Failed to execute iptables-restore" err="exit status 1: iptables-restore: line 77 failed" rules=""',
        ),
      );
    },
  }),
  fault({
    name: 'kube-proxy-nftables-fails',
    why: 'The nftables mode cannot sync.',
    expected: ['kube_proxy_down'],
    severe: ['kube-proxy-down'],
    edit(node) {
      for (const path of node.containerFiles('kube-proxy', 'kube-proxy'))
        node.replace(path, '"Using iptables proxy"', '"Using nftables Proxier"');
      node.dropLines('networking/iptables-save.txt', /KUBE-(SVC|SEP)-/);
      node.spread(20, 0.4, 10, (m) =>
        node.proxy(
          m,
          'E',
          'proxier.go:1800',
          '"nftables sync failed" err="/dev/stdin:1:1-2: Error: Could not process rule: No such file or directory" ipFamily="IPv4"',
        ),
      );
    },
  }),
  fault({
    name: 'coredns-servfail-only',
    why: 'Only the query log tells: fifteen answers are SERVFAIL.',
    expected: ['coredns_errors'],
    severe: ['coredns-errors'],
    edit(node) {
      node.spread(12, 1, 15, (m, n) =>
        node.coredns(
          m,
          `[INFO] 10.67.2.82:${43000 + n} - ${2000 + n} "A IN db.partner.example. udp 45 false 512" SERVFAIL qr,aa,rd,ra 45 4.001534s`,
        ),
      );
    },
  }),
  fault({
    name: 'coredns-six-timeouts-at-the-end',
    why: 'It begins ninety seconds before collection.',
    expected: ['coredns_errors'],
    severe: ['coredns-errors'],
    edit(node) {
      node.spread(1.5, 0.2, 6, (m, n) =>
        node.coredns(
          m,
          `[ERROR] plugin/errors: 2 orders-db.internal.example. A: read tcp ${node.base.pods[2].ip}:${52000 + n}->10.67.0.2:53: i/o timeout`,
        ),
      );
    },
  }),
  fault({
    name: 'coredns-crash-loop',
    why: 'Kubelet restarts CoreDNS in vain; its own log is short.',
    expected: ['coredns_errors'],
    severe: ['coredns-errors'],
    edit(node) {
      node.spread(24, 1, 9, (m) =>
        node.kubelet(
          m,
          'E',
          'pod_workers.go:1301',
          '"Error syncing pod, skipping" err="failed to \\"StartContainer\\" for \\"coredns\\" with CrashLoopBackOff: \\"back-off 5m0s restarting failed container=coredns pod=coredns-bx5rgrcvpj-gwbn8_kube-system(62636d0f-c889-4749-ab4c-69d104d0b0a8)\\"" pod="kube-system/coredns-bx5rgrcvpj-gwbn8" podUID="62636d0f"',
        ),
      );
    },
  }),
  fault({
    name: 'coredns-plugin-kubernetes-fails',
    why: 'The plugin cannot watch services.',
    expected: ['coredns_errors'],
    severe: ['coredns-errors'],
    edit(node) {
      monitoringAgentLayout(node);
      node.spread(9, 1, 8, (m) =>
        node.coredns(
          m,
          '[ERROR] plugin/kubernetes: pkg/mod/k8s.io/client-go@v0.27.4/tools/cache/reflector.go:231: Failed to watch *v1.EndpointSlice: failed to list *v1.EndpointSlice: Get "https://172.20.0.1:443/apis/discovery.k8s.io/v1/endpointslices?limit=500": dial tcp 172.20.0.1:443: i/o timeout',
        ),
      );
    },
  }),
  fault({
    name: 'conntrack-old-kernel-name',
    why: 'The name of very old kernels, once.',
    expected: ['conntrack_full'],
    severe: ['conntrack-exhausted'],
    edit: (node) => node.kernel(14, 'ip_conntrack: table full, dropping packet.'),
  }),
  fault({
    name: 'ena-hundreds-within-an-hour',
    why: 'Some hundred packets, on a node that runs for three quarters of an hour: a word, not an alarm.',
    expected: ['ena_allowance'],
    severe: [],
    edit(node) {
      node.ethtool('bw_out_allowance_exceeded', 812);
      node.ethtool('pps_allowance_exceeded', 431);
    },
  }),
  fault({
    name: 'ebpf-one-attach-failure',
    why: 'One pod got no program, once.',
    expected: ['ebpf_error'],
    severe: ['ebpf-program-error'],
    edit(node) {
      const pod = node.base.pods[1];
      node.agent(
        8,
        'error',
        `Attaching eBPF probe failed for pod: ${pod.name} namespace: ${pod.namespace}`,
        'controllers/policyendpoints_controller.go:402',
      );
    },
  }),
  fault({
    name: 'ebpf-device-not-found',
    why: 'The SDK does not find the devices it should attach to.',
    expected: ['ebpf_error'],
    severe: ['ebpf-program-error'],
    edit(node) {
      node.spread(20, 2, 8, (m) =>
        node.sdk(
          m,
          'error',
          'failed to find device by name enicf606c3b1e3: Link not found',
          'tc/bpf_tc.go:70',
        ),
      );
    },
  }),
  fault({
    name: 'ebpf-clsact-only-others-attach',
    why: 'The queueing discipline cannot be added for one pod while others are attached well.',
    expected: ['ebpf_error'],
    severe: ['ebpf-program-error'],
    edit(node) {
      node.spread(20, 3, 8, (m) =>
        node.sdk(m, 'error', 'cannot add clsact qdisc: no such device', 'tc/bpf_tc.go:98'),
      );
      node.agent(
        1,
        'info',
        'Successfully attached Ingress TC probe for pod: worker-6f7d9c8b5-abcde in namespace payments at interface 0',
      );
    },
  }),
  fault({
    name: 'veth-link-not-found-kubelet',
    why: 'Kubelet alone tells that a veth is not found; another pod started well meanwhile.',
    expected: ['veth_missing'],
    severe: ['veth-missing'],
    edit(node) {
      node.spread(20, 2, 12, (m) =>
        node.sandboxFailed(
          m,
          { namespace: 'shop', name: 'cart-0', uid: '7', sandbox: '4d'.repeat(32) },
          'failed to setup network: SetupPodNetwork: failed to setup veth pair: failed to find host veth eni18582a65b10: Link not found',
        ),
      );
      node.plugin(
        1,
        'debug',
        'Successfully setup toContainer rule, containerAddr=10.67.70.171/32, rtTable=main',
      );
    },
  }),
  fault({
    name: 'veth-absent-route-stands',
    why: 'ifconfig does not know the device that the route names.',
    expected: ['veth_missing'],
    severe: ['veth-missing'],
    edit(node) {
      primaryInterface(node, 'ens5');
      node.replace('networking/ifconfig.txt', /enicf606c3b1e3:[^]*?\n\n/, '');
    },
  }),
  fault({
    name: 'cidr-conflict-docker0-down-vpc-172',
    why: 'docker0 is down, yet its route takes a range of the VPC.',
    expected: ['cidr_conflict'],
    severe: ['cidr-conflict'],
    edit(node) {
      node.append(
        'networking/iproute.txt',
        '172.17.0.0/16 dev docker0 proto kernel scope link src 172.17.0.1 linkdown ',
      );
      node.ipamd(44, 'debug', 'VPC CIDR 172.17.0.0/16', 'awsutils/awsutils.go:400');
      node.append(
        'networking/ifconfig.txt',
        'docker0: flags=4099<UP,BROADCAST,MULTICAST>  mtu 1500',
        '        inet 172.17.0.1  netmask 255.255.0.0  broadcast 172.17.255.255',
        '',
      );
      for (const chain of ['AWS-SNAT-CHAIN-0', 'AWS-CONNMARK-CHAIN-0'])
        node.replace(
          'networking/iptables-save.txt',
          `-A ${chain} -d 10.67.0.0/16`,
          `-A ${chain} -d 172.17.0.0/16 -m comment --comment "AWS SNAT CHAIN" -j RETURN\n-A ${chain} -d 10.67.0.0/16`,
        );
    },
  }),
  fault({
    name: 'cidr-conflict-vpn-device',
    why: 'A VPN client pulls the VPC into its tunnel.',
    expected: ['cidr_conflict'],
    severe: ['cidr-conflict'],
    edit(node) {
      node.append('networking/iproute.txt', '10.67.0.0/17 dev tun0 proto static scope link ');
      node.append(
        'networking/ifconfig.txt',
        'tun0: flags=4305<UP,POINTOPOINT,RUNNING,NOARP,MULTICAST>  mtu 1500',
        '        inet 10.8.0.6  netmask 255.255.255.255  destination 10.8.0.5',
        '',
      );
    },
  }),
  fault({
    name: 'cidr-conflict-services-inside-vpc',
    why: "The cluster's service addresses lie in the range of the VPC.",
    expected: ['cidr_conflict'],
    severe: ['cidr-conflict'],
    edit(node) {
      for (const path of node.paths(/^(networking\/iptables|kubelet\/config)/))
        node.write(path, node.read(path).replaceAll('172.20.', '10.67.'));
    },
  }),
  fault({
    name: 'missing-rule-of-one-pod',
    why: 'Route there, rule 512 gone; the main table is asked in the end: a word, not an alarm.',
    expected: ['missing_route'],
    severe: [],
    edit(node) {
      node.dropLines('networking/iprule.txt', `to ${node.base.pods[0].ip} lookup main`);
    },
  }),
  fault({
    name: 'missing-rule-of-secondary-interface',
    why: 'A pod of the second interface has no rule 1536: it leaves by the wrong interface.',
    expected: ['missing_route'],
    severe: ['missing-route'],
    edit(node) {
      secondInterface(node, (address) => address === node.base.pods[0].ip);
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
    },
  }),
  fault({
    name: 'sgp-branch-eni-never-comes',
    why: 'The branch interface of a pod does not come for twenty minutes.',
    expected: ['sgp_isolation'],
    severe: ['sgp-isolation'],
    edit(node) {
      node.replace(
        'cni/cni-configuration-variables-containerd.json',
        'ENABLE_POD_ENI=false',
        'ENABLE_POD_ENI=true',
      );
      node.spread(21, 1, 12, (m) => {
        node.ipamd(
          m,
          'error',
          'Send AddNetworkReply: failed to get Branch ENI resource',
          'rpc/rpc.pb.go:713',
        );
        node.sandboxFailed(m, node.base.pods[1], 'failed to assign an IP address to container');
      });
    },
  }),
  fault({
    name: 'sgp-pod-without-a-symptom',
    why: 'A pod with security groups of its own, nothing else: worth a word where pods cannot reach each other.',
    expected: ['sgp_isolation'],
    severe: [],
    edit(node) {
      node.replace(
        'cni/cni-configuration-variables-containerd.json',
        'ENABLE_POD_ENI=false',
        'ENABLE_POD_ENI=true',
      );
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
      node.plugin(
        44,
        'debug',
        'SetupBranchENIPodNetwork: hostVethName=vlan18582a65b10, contVethName=eth0, netnsPath=/var/run/netns/cni-1, vlanID=1',
      );
    },
  }),
  fault({
    name: 'sgp-connections-never-answered',
    why: "The branch pod's connections get no answer, by the connection table.",
    expected: ['sgp_isolation'],
    severe: ['sgp-isolation'],
    edit(node) {
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
      for (let n = 0; n < 8; n++)
        node.append(
          'networking/conntrack.txt',
          `tcp      6 ${100 - n} SYN_SENT src=10.67.64.77 dst=10.67.2.82 sport=${43001 + n} dport=5432 [UNREPLIED] src=10.67.2.82 dst=10.67.64.77 sport=5432 dport=${43001 + n} mark=0 use=1`,
        );
    },
  }),
  fault({
    name: 'netpol-deny-ipv6-colons',
    why: 'The form with colons that agents write for IPv6.',
    expected: ['netpol_deny'],
    severe: ['netpol-deny'],
    edit(node) {
      node.spread(15, 1, 10, (m, n) =>
        node.agent(
          m,
          'info',
          `Flow Info: Src IP: 2600:1f14:aa:bb::9 Src Port: ${43000 + n} Dest IP: 2600:1f14:aa:bc::7 Dest Port: 5432 Proto: TCP Verdict: DENY Direction: egress Tier: NETWORK_POLICY`,
          'events/events.go:270',
        ),
      );
    },
  }),
  fault({
    name: 'netpol-deny-two-lines',
    why: 'A SYN and its repetition.',
    expected: ['netpol_deny'],
    severe: ['netpol-deny'],
    edit(node) {
      for (const m of [25, 24.98])
        node.agent(
          m,
          'info',
          `Flow Info: Src IP: 10.67.2.131 Src Port: 43000 Dest IP: ${node.base.pods[1].ip} Dest Port: 5432 Proto TCP Verdict DENY Direction ingress, Tier NETWORK_POLICY`,
          'events/events.go:270',
        );
    },
  }),
  fault({
    name: 'ip-exhaustion-two-failures',
    why: 'One pod, two tries, five minutes apart; the pool is full.',
    expected: ['ip_exhaustion'],
    severe: ['ip-exhaustion'],
    edit(node) {
      fullPool(node, { eniMax: 4, ipMax: 56, failures: 2 });
      for (const m of [6, 1]) {
        node.ipamd(
          m,
          'error',
          'DataStore has no available IP/Prefix addresses',
          'datastore/data_store.go:607',
        );
        node.sandboxFailed(
          m,
          { namespace: 'shop', name: 'cart-0', uid: '7', sandbox: '4d'.repeat(32) },
          'failed to assign an IP address to container',
        );
      }
    },
  }),
  fault({
    name: 'aws-node-killed-for-memory',
    why: 'The kernel kills ipamd; three restarts in the window.',
    expected: ['aws_node_crash'],
    severe: ['aws-node-unhealthy'],
    edit(node) {
      for (const m of [22, 13, 4]) {
        node.kernel(
          m,
          'Memory cgroup out of memory: Killed process 3640 (aws-k8s-agent) total-vm:1300100kB, anon-rss:131072kB, file-rss:0kB, shmem-rss:0kB',
        );
        node.container(
          'aws-node',
          'aws-node',
          m - 0.5,
          'stdout',
          logrus(node.ago(m - 0.5), 'info', 'Starting IPAM daemon... '),
        );
        node.ipamd(m - 0.5, 'info', 'Starting L-IPAMD v1.21.1  ...', 'aws-k8s-agent/main.go:29');
      }
    },
  }),
  fault({
    name: 'network-not-initialized-agent-layout',
    why: 'ipamd could not be asked, and kubelet says for half an hour that there is no network plugin.',
    expected: ['aws_node_crash'],
    severe: ['aws-node-unhealthy'],
    edit(node) {
      monitoringAgentLayout(node);
      node.remove(/^ipamd\/|^cni\/10-aws\.conflist$/);
      node.write(
        'log-capture-errors.log',
        '--- Errors in collector "IPAM" ---\nGet "http://localhost:61679/v1/enis": dial tcp 127.0.0.1:61679: connect: connection refused\n',
      );
      node.dropLines('var_log/aws-routed-eni/ipamd.log', /2026-11-20T2(2:5|3)/);
      node.spread(30, 0.3, 30, (m) =>
        node.kubelet(
          m,
          'E',
          'kubelet.go:2902',
          '"Container runtime network not ready" networkReady="NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized"',
        ),
      );
      node.finally((n) => n.dropLines('var_log/aws-routed-eni/ipamd.log', /2026-11-20T2(2:5|3)/));
    },
  }),
  fault({
    name: 'calico-chains-hang-in-forward',
    why: 'Only chains tell, and they are in force.',
    expected: ['calico_coexistence'],
    severe: ['calico-with-vpc-cni'],
    edit(node) {
      for (const chain of ['cali-FORWARD', 'cali-from-wl-dispatch', 'cali-to-wl-dispatch'])
        node.filterChain(chain, 1);
      node.filterRule(
        'FORWARD',
        'first',
        '-m comment --comment "cali:wUHhoiAYhphO9Mso" -j cali-FORWARD',
        '  214 18812 cali-FORWARD  0    --  *      *       0.0.0.0/0            0.0.0.0/0            /* cali:wUHhoiAYhphO9Mso */',
      );
      node.filterRule(
        'cali-FORWARD',
        'last',
        '-i eni+ -m comment --comment "cali:8ZoYfO5HKXWbB3pk" -j cali-from-wl-dispatch',
        '  107  9406 cali-from-wl-dispatch  0    --  eni+   *       0.0.0.0/0            0.0.0.0/0            /* cali:8ZoYfO5HKXWbB3pk */',
      );
    },
  }),
  fault({
    name: 'calico-container-runs',
    why: 'The container of calico-node runs, by the list of containers and tasks; processes were not listed.',
    expected: ['calico_coexistence'],
    severe: ['calico-with-vpc-cni'],
    edit(node) {
      node.remove(/^system\/ps/);
      node.append(
        'containerd/containerd-containers.txt',
        `${'9a'.repeat(32)}    quay.io/calico/node:v3.26.4     io.containerd.runc.v2`,
      );
      node.append('containerd/containerd-tasks.txt', `${'9a'.repeat(32)}    5120    RUNNING`);
    },
  }),
  fault({
    name: 'blackhole-in-pod-table',
    why: 'The table of a pod on the second interface ends in a blackhole.',
    expected: ['blackhole_route'],
    severe: ['blackhole-route'],
    edit(node) {
      node.replace('networking/iprule.txt', '32766:', `1536:\tfrom ${node.base.pods[0].ip} lookup 2\n32766:`);
      node.append('networking/iproute.txt', 'blackhole default table 2 ');
    },
  }),
  fault({
    name: 'unreachable-one-host',
    why: 'One remote pod is unreachable by a host route.',
    expected: ['unreachable_route'],
    severe: ['unreachable-route'],
    edit(node) {
      monitoringAgentLayout(node);
      node.replace(
        'networking/iproute.txt',
        '10.67.70.0/24 dev',
        'unreachable 10.67.2.82 metric 20 \n10.67.70.0/24 dev',
      );
    },
  }),
  fault({
    name: 'forward-reject-new-from-peer',
    why: 'New flows from one peer are refused in a chain of an administrator.',
    expected: ['reject_rule'],
    severe: ['forward-rule-reject'],
    edit(node) {
      node.filterChain('OPS-FIREWALL', 1);
      node.filterRule(
        'FORWARD',
        'first',
        '-m conntrack --ctstate NEW -j OPS-FIREWALL',
        '   88  5280 OPS-FIREWALL  0    --  *      *       0.0.0.0/0            0.0.0.0/0            ctstate NEW',
      );
      node.filterRule(
        'OPS-FIREWALL',
        'last',
        '-s 10.67.2.82/32 -p tcp -j REJECT --reject-with icmp-port-unreachable',
        '   31  1860 REJECT     6    --  *      *       10.67.2.82           0.0.0.0/0            reject-with icmp-port-unreachable',
      );
    },
  }),
];
