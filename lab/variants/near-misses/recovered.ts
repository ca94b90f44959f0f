/** Faults that are over, lie in another time, or happen to somebody else. */
import { logrus } from '../../logs/clock.js';
import { nearMiss, type Variant } from '../types.js';
import { fullPool } from '../introspection.js';

const ALLOW = 'Total no.of - ingressRules 3 egressRules 0';

export const recoveredNearMisses: Variant[] = [
  nearMiss({
    name: 'nm-conntrack-full-five-hours-ago',
    why: 'The table was full in the morning; now it is nearly empty.',
    edit(node) {
      node.replace(
        'system/last_reboot.txt',
        /[^]*/,
        'reboot   system boot  6.1.115-126.197. Wed Nov 18 08:00   still running\n',
      );
      node.messages(300, 'kernel', 'nf_conntrack: nf_conntrack: table full, dropping packet');
      node.messages(299, 'kernel', 'net_ratelimit: 911 callbacks suppressed');
    },
  }),
  nearMiss({
    name: 'nm-coredns-recovered',
    why: 'The upstream was away for four minutes; since then queries are answered.',
    edit(node) {
      node.spread(40, 36, 20, (m, n) =>
        node.coredns(
          m,
          `[ERROR] plugin/errors: 2 api.partner.example. A: read udp ${node.base.pods[2].ip}:${36000 + n}->10.67.0.2:53: i/o timeout`,
        ),
      );
      node.spread(35, 0.3, 60, (m, n) =>
        node.coredns(
          m,
          `[INFO] 10.67.2.82:${43000 + n} - ${2000 + n} "A IN api.partner.example. udp 45 false 512" NOERROR qr,rd,ra 88 0.001534s`,
        ),
      );
    },
  }),
  nearMiss({
    name: 'nm-kube-proxy-recovered',
    why: 'Three syncs failed twenty-eight minutes ago; kube-proxy, which would try again at once, is silent since.',
    edit(node) {
      node.spread(28, 26.5, 3, (m) =>
        node.proxy(
          m,
          'E',
          'proxier.go:1577',
          '"Failed to execute iptables-restore" err="exit status 4: iptables-restore: line 7 failed" ipFamily="IPv4"',
        ),
      );
    },
  }),
  nearMiss({
    name: 'nm-aws-node-crashed-and-runs',
    why: 'Five starts within ten minutes, then half an hour of work.',
    edit(node) {
      node.spread(42, 33, 5, (m) => {
        node.ipamd(m, 'info', 'Starting L-IPAMD v1.21.1  ...', 'aws-k8s-agent/main.go:29');
        node.container(
          'aws-node',
          'aws-node',
          m,
          'stdout',
          logrus(node.ago(m), 'info', 'Starting IPAM daemon... '),
        );
        node.container(
          'aws-node',
          'aws-node',
          m - 0.5,
          'stdout',
          logrus(node.ago(m - 0.5), 'error', 'Unable to wait for IPAMD to be ready'),
        );
      });
      node.container(
        'aws-node',
        'aws-node',
        32,
        'stdout',
        logrus(node.ago(32), 'info', 'Successfully copied CNI plugin binary and config file.'),
      );
    },
  }),
  nearMiss({
    name: 'nm-policyendpoint-forbidden-at-start',
    why: "The role was not there yet in the agent's first seconds; endpoints are processed since.",
    edit(node) {
      node.spread(44.6, 44.4, 3, (m) =>
        node.agent(
          m,
          'error',
          'policyendpoints.networking.k8s.aws is forbidden: User "system:serviceaccount:kube-system:aws-node" cannot list resource "policyendpoints" in API group "networking.k8s.aws" at the cluster scope',
        ),
      );
    },
  }),
  nearMiss({
    name: 'nm-ebpf-attached-at-second-try',
    why: 'The probe of a pod was attached at the second try.',
    edit(node) {
      const pod = node.base.pods[0];
      node.agent(
        30,
        'error',
        `Failed to Attach Ingress TC probe for pod: ${pod.name} in namespace ${pod.namespace} at interface 0 error: link not found`,
      );
      node.sdk(30, 'error', 'cannot add clsact qdisc: no such device');
      node.agent(
        29.9,
        'info',
        `Successfully attached Ingress TC probe for pod: ${pod.name} in namespace ${pod.namespace} at interface 0`,
      );
    },
  }),
  nearMiss({
    name: 'nm-veth-set-up-at-second-try',
    why: 'A veth of a former pod stood in the way once.',
    edit(node) {
      for (const m of [30, 29.7]) {
        node.plugin(
          m,
          'error',
          'failed to setup veth network: failed to delete old hostVeth "enicf606c3b1e3": device or resource busy',
        );
        node.sandboxFailed(m, node.base.pods[0], 'failed to setup network: failed to setup veth network');
      }
      node.plugin(
        29.5,
        'debug',
        'Successfully setup container route, containerAddr=10.67.70.70/32, hostVeth=enicf606c3b1e3, rtTable=main',
      );
      node.plugin(
        29.5,
        'debug',
        'Successfully setup toContainer rule, containerAddr=10.67.70.70/32, rtTable=main',
      );
    },
  }),
  nearMiss({
    name: 'nm-old-rotated-logs',
    why: 'Rotated logs of two days ago tell of exhaustion, denials and a crash; today all is well.',
    edit(node) {
      const zap = (n: number, msg: string): string =>
        `{"level":"error","ts":"2026-11-18T0${n % 10}:12:13.123Z","caller":"ipamd/ipamd.go:1010","msg":"${msg}"}\n`;
      const many = (msg: string): string => Array.from({ length: 10 }, (_, n) => zap(n, msg)).join('');
      node.write(
        'var_log/aws-routed-eni/ipamd-2026-11-18T09-31-22.123.log',
        many('DataStore has no available IP/Prefix addresses') +
          many('Starting L-IPAMD v1.20.4  ...') +
          many('Initialization failure: x'),
      );
      node.write(
        'var_log/aws-routed-eni/network-policy-agent-2026-11-18T09-31-22.123.log',
        many('no matches for kind \\"PolicyEndpoint\\" in version \\"networking.k8s.aws/v1alpha1\\"') +
          many('Load BPF failed err: invalid argument'),
      );
      node.write(
        'kubelet/kubelet.log',
        Array.from(
          { length: 12 },
          (_, n) =>
            `Nov 17 03:${10 + n}:01 ${node.fqdn} kubelet[2931]: E1117 03:${10 + n}:01.123456    2931 pod_workers.go:1301] "Error syncing pod, skipping" err="failed to \\"StartContainer\\" for \\"aws-node\\" with CrashLoopBackOff: \\"back-off 5m0s restarting failed container=aws-node pod=aws-node-hzhjr_kube-system(69c7)\\"" pod="kube-system/aws-node-hzhjr"\n`,
        ).join('') + node.read('kubelet/kubelet.log'),
      );
    },
  }),
  nearMiss({
    name: 'nm-previous-container-panicked-days-ago',
    why: 'The run before this one ended in a panic three days ago.',
    edit(node) {
      for (const path of node.paths(/^var_log\/kube-system_aws-node-[^/]*\/aws-node\/0\.log$/)) {
        node.write(path.replace('/0.log', '/1.log'), node.read(path));
        node.write(
          path,
          '2026-11-17T10:00:00.123456789Z stderr F panic: runtime error: invalid memory address or nil pointer dereference\n2026-11-17T10:00:00.123456790Z stderr F goroutine 1 [running]:\n',
        );
      }
    },
  }),
  nearMiss({
    name: 'nm-pool-full-nobody-waits',
    why: 'All addresses held have a pod, no pod ever failed to get one.',
    edit: (node) => fullPool(node, { eniMax: 4, ipMax: 56, failures: 0 }),
  }),
  nearMiss({
    name: 'nm-burst-at-collection',
    why: 'A scale-up began twenty seconds before collection; an interface is being attached.',
    edit(node) {
      for (const m of [0.33, 0.25, 0.17, 0.1]) {
        node.ipamd(
          m,
          'error',
          'DataStore has no available IP/Prefix addresses',
          'datastore/data_store.go:607',
        );
        node.ipamd(m, 'debug', 'IP pool is too low: available (0) < ENI target (1) * addrsPerENI (14)');
        node.sandboxFailed(m, node.base.pods[1], 'failed to assign an IP address to container');
      }
    },
  }),
  nearMiss({
    name: 'nm-docker0-up-alone',
    why: 'docker0 is up and talks to its own containers only.',
    edit(node) {
      node.append(
        'networking/iproute.txt',
        '172.17.0.0/16 dev docker0 proto kernel scope link src 172.17.0.1 ',
      );
      node.append(
        'networking/ifconfig.txt',
        'docker0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500',
        '        inet 172.17.0.1  netmask 255.255.0.0  broadcast 172.17.255.255',
        '',
      );
      for (const chain of ['DOCKER', 'DOCKER-ISOLATION-STAGE-1', 'DOCKER-ISOLATION-STAGE-2', 'DOCKER-USER'])
        node.filterChain(chain, 1);
      node.filterRule(
        'FORWARD',
        'first',
        '-j DOCKER-ISOLATION-STAGE-1',
        '  300 30000 DOCKER-ISOLATION-STAGE-1  0    --  *      *       0.0.0.0/0            0.0.0.0/0           ',
      );
      node.filterRule(
        'FORWARD',
        'first',
        '-j DOCKER-USER',
        '  300 30000 DOCKER-USER  0    --  *      *       0.0.0.0/0            0.0.0.0/0           ',
      );
      node.filterRule(
        'DOCKER-ISOLATION-STAGE-1',
        'last',
        '-i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2',
        '    0     0 DOCKER-ISOLATION-STAGE-2  0    --  docker0 !docker0  0.0.0.0/0            0.0.0.0/0           ',
      );
      node.filterRule(
        'DOCKER-ISOLATION-STAGE-1',
        'last',
        '-j RETURN',
        '  300 30000 RETURN     0    --  *      *       0.0.0.0/0            0.0.0.0/0           ',
      );
      node.filterRule(
        'DOCKER-ISOLATION-STAGE-2',
        'last',
        '-o docker0 -j DROP',
        '    0     0 DROP       0    --  *      docker0  0.0.0.0/0            0.0.0.0/0           ',
      );
      node.filterRule(
        'DOCKER-USER',
        'last',
        '-j RETURN',
        '  300 30000 RETURN     0    --  *      *       0.0.0.0/0            0.0.0.0/0           ',
      );
    },
  }),
  nearMiss({
    name: 'nm-ipv6-forward-drop',
    why: 'IPv6 forwarding is shut on a cluster that has no IPv6.',
    edit(node) {
      node.replace('networking/ip6tables-save.txt', /:FORWARD ACCEPT \[\d+:\d+\]/, ':FORWARD DROP [0:0]');
      for (const f of ['networking/ip6tables.txt', 'networking/ip6tables-filter.txt'])
        node.replace(
          f,
          /Chain FORWARD \(policy ACCEPT .*\)/,
          'Chain FORWARD (policy DROP 0 packets, 0 bytes)',
        );
      node.append(
        'networking/ip6route.txt',
        'blackhole default dev lo metric 1024 pref medium',
        'unreachable fd00::/8 dev lo metric 1024 error -113 pref medium',
      );
    },
  }),
  nearMiss({
    name: 'nm-log-and-mss-rules',
    why: 'Rules that only log, clamp or mark.',
    edit(node) {
      node.filterRule(
        'FORWARD',
        'first',
        '-m limit --limit 5/min -j LOG --log-prefix "FORWARD DROP: " --log-level 7',
        '   12   720 LOG        0    --  *      *       0.0.0.0/0            0.0.0.0/0            limit: avg 5/min burst 5 LOG flags 0 level 7 prefix "FORWARD DROP: "',
      );
      node.filterRule(
        'FORWARD',
        'first',
        '-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu',
        '   12   720 TCPMSS     6    --  *      *       0.0.0.0/0            0.0.0.0/0            tcp flags:0x06/0x02 TCPMSS clamp to PMTU',
      );
      node.kernel(
        12,
        'FORWARD DROP: IN=enicf606c3b1e3 OUT=eth0 SRC=10.67.70.70 DST=10.67.2.82 LEN=60 TTL=63 PROTO=TCP SPT=43001 DPT=8080 SYN URGP=0',
      );
    },
  }),
  nearMiss({
    name: 'nm-drop-of-docker-range',
    why: 'DROP rules for devices and ranges that pods do not have.',
    edit(node) {
      node.filterRule(
        'FORWARD',
        'last',
        '-i docker0 -d 10.0.0.0/8 -j DROP',
        '   22  1320 DROP       0    --  docker0 *       0.0.0.0/0            10.0.0.0/8          ',
      );
      node.filterRule(
        'FORWARD',
        'last',
        '-d 169.254.170.2/32 -i eni+ -j DROP',
        '   22  1320 DROP       0    --  eni+   *       0.0.0.0/0            169.254.170.2       ',
      );
      node.filterRule(
        'FORWARD',
        'last',
        '-i wg0 -o eth0 -j REJECT --reject-with icmp-port-unreachable',
        '    0     0 REJECT     0    --  wg0    eth0    0.0.0.0/0            0.0.0.0/0            reject-with icmp-port-unreachable',
      );
    },
  }),
  nearMiss({
    name: 'nm-kernel-conntrack-information',
    why: 'Lines of the connection tracker that are no loss.',
    edit(node) {
      node.kernel(45, 'nf_conntrack version 0.5.0 (65536 buckets, 262144 max)');
      node.kernel(
        45,
        'nf_conntrack: default automatic helper assignment has been turned off for security reasons and CT-based firewall rule not found. Use the iptables CT target to attach helpers instead.',
      );
    },
  }),
  nearMiss({
    name: 'nm-unreplied-connections',
    why: 'Pods talk to hosts outside that do not answer; many closed connections wait.',
    edit(node) {
      for (let n = 0; n < 40; n++) {
        node.append(
          'networking/conntrack.txt',
          `udp      17 ${n} src=10.67.70.70 dst=198.51.100.9 sport=${40000 + n} dport=123 [UNREPLIED] src=198.51.100.9 dst=10.67.70.17 sport=123 dport=${40000 + n} mark=128 use=1`,
        );
        node.append(
          'networking/conntrack.txt',
          `tcp      6 ${n} TIME_WAIT src=10.67.70.97 dst=10.67.2.82 sport=${41000 + n} dport=8080 src=10.67.2.82 dst=10.67.70.97 sport=8080 dport=${41000 + n} [ASSURED] mark=0 use=1`,
        );
      }
    },
  }),
  nearMiss({
    name: 'nm-event-logging-disabled',
    why: 'The agent logs no flows: no statement about denials is possible.',
    edit(node) {
      node.dropLines('var_log/aws-routed-eni/network-policy-agent.log', 'Flow Info');
      node.replace(
        'var_log/aws-routed-eni/network-policy-agent.log',
        'Configured event logging',
        'Disabled event logging',
      );
      node.finally((n) => n.dropLines('var_log/aws-routed-eni/network-policy-agent.log', 'Flow Info'));
    },
  }),
  nearMiss({
    name: 'nm-isolation-ended',
    why: 'A pod was isolated without rules for some minutes, and denied; rules came, and flows are accepted.',
    edit(node) {
      node.agent(30, 'info', 'Processing Policy Endpoint  Name: default-deny-p5x2k Namespace payments');
      node.agent(
        29.99,
        'info',
        'Total number of PolicyEndpoint resources for podIdentifier orders-api-7kwwx7txns-payments are 1',
      );
      node.agent(29.98, 'info', 'Default Deny enabled on Ingress');
      node.spread(29, 26, 6, (m) =>
        node.agent(
          m,
          'info',
          `Flow Info: Src IP: 10.67.2.130 Src Port: 46000 Dest IP: ${node.base.pods[0].ip} Dest Port: 8080 Proto TCP Verdict DENY Direction ingress, Tier NETWORK_POLICY`,
          'events/events.go:270',
        ),
      );
      node.agent(25, 'info', 'Processing Policy Endpoint  Name: allow-web-x7k2p Namespace payments');
      node.agent(
        24.99,
        'info',
        'Total number of PolicyEndpoint resources for podIdentifier orders-api-7kwwx7txns-payments are 2',
      );
      node.agent(24.98, 'info', ALLOW);
      node.spread(24, 1, 8, (m, n) =>
        node.agent(
          m,
          'debug',
          `Flow Info: Src IP: 10.67.2.130 Src Port: ${47000 + n} Dest IP: ${node.base.pods[0].ip} Dest Port: 8080 Proto TCP Verdict ACCEPT Direction ingress, Tier NETWORK_POLICY`,
          'events/events.go:270',
        ),
      );
    },
  }),
  nearMiss({
    name: 'nm-two-crash-loop-lines',
    why: 'aws-node was restarted twice by kubelet while its add-on was updated.',
    edit(node) {
      for (const m of [20, 19.5])
        node.kubelet(
          m,
          'E',
          'pod_workers.go:1301',
          '"Error syncing pod, skipping" err="failed to \\"StartContainer\\" for \\"aws-node\\" with CrashLoopBackOff: \\"back-off 10s restarting failed container=aws-node pod=aws-node-hzhjr_kube-system(69c7)\\"" pod="kube-system/aws-node-hzhjr"',
        );
      node.ipamd(19, 'info', 'Starting L-IPAMD v1.21.1  ...', 'aws-k8s-agent/main.go:29');
    },
  }),
];
