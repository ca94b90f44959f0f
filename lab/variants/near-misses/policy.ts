/** Lines of the policy agent that look like faults. Facts: network-policy §3 to §5, log-formats §5. */
import { nearMiss, type Variant } from '../types.js';

const CLIENT = '10.67.2.82';

export const policyNearMisses: Variant[] = [
  nearMiss({
    name: 'nm-single-denies-between-accepts',
    why: 'A late duplicate of a flow that was accepted seconds before.',
    edit(node) {
      const flow = (verdict: string, m: number): void =>
        node.agent(
          m,
          verdict === 'DENY' ? 'info' : 'debug',
          `Flow Info: Src IP: ${CLIENT} Src Port: 48268 Dest IP: ${node.base.pods[0].ip} Dest Port: 8080 Proto TCP Verdict ${verdict} Direction ingress, Tier NETWORK_POLICY`,
          'events/events.go:270',
        );
      flow('ACCEPT', 12.1);
      flow('DENY', 12);
      flow('ACCEPT', 11.9);
      flow('ACCEPT', 6);
    },
  }),
  nearMiss({
    name: 'nm-denied-before-the-allow-rule',
    why: 'Denied until the policy was changed twenty minutes ago, accepted since.',
    edit(node) {
      node.spread(30, 21, 10, (m, n) =>
        node.agent(
          m,
          'info',
          `Flow Info: Src IP: ${CLIENT} Src Port: ${46000 + n} Dest IP: ${node.base.pods[0].ip} Dest Port: 8080 Proto TCP Verdict DENY Direction ingress, Tier NETWORK_POLICY`,
          'events/events.go:270',
        ),
      );
      node.agent(20, 'info', 'Received a new reconcile request payments/allow-web-x7k2p');
      node.agent(19.99, 'info', 'Processing Policy Endpoint  Name: allow-web-x7k2p Namespace payments');
      node.agent(19.98, 'info', 'Total no.of - ingressRules 1 egressRules 0');
      node.spread(19, 1, 12, (m, n) =>
        node.agent(
          m,
          'debug',
          `Flow Info: Src IP: ${CLIENT} Src Port: ${47000 + n} Dest IP: ${node.base.pods[0].ip} Dest Port: 8080 Proto TCP Verdict ACCEPT Direction ingress, Tier NETWORK_POLICY`,
          'events/events.go:270',
        ),
      );
    },
  }),
  nearMiss({
    name: 'nm-default-deny-with-allow-rules',
    why: 'A default-deny policy beside rules that allow: a normal set-up.',
    edit(node) {
      node.agent(40, 'info', 'Processing Policy Endpoint  Name: default-deny-abcde Namespace payments');
      node.agent(
        39.99,
        'info',
        'Total number of PolicyEndpoint resources for podIdentifier orders-api-7kwwx7txns-payments are 1',
      );
      node.agent(39.98, 'info', 'Default Deny enabled on Ingress');
      node.agent(38, 'info', 'Processing Policy Endpoint  Name: allow-web-x7k2p Namespace payments');
      node.agent(
        37.99,
        'info',
        'Total number of PolicyEndpoint resources for podIdentifier orders-api-7kwwx7txns-payments are 2',
      );
      node.agent(37.98, 'info', 'Total no.of - ingressRules 3 egressRules 0');
      node.agent(37.97, 'info', 'Updating Map with IP Key: 10.67.2.0/24');
      node.agent(37.96, 'info', 'No Egress rules and no egress isolation - Appending catch all entry');
    },
  }),
  nearMiss({
    name: 'nm-expired-verdicts',
    why: 'EXPIRED/DELETED is never a drop.',
    edit(node) {
      node.spread(20, 1, 10, (m) =>
        node.agent(
          m,
          'info',
          `Flow Info: Src IP: ${CLIENT} Src Port: 46010 Dest IP: ${node.base.pods[0].ip} Dest Port: 8080 Proto TCP Verdict EXPIRED/DELETED Direction ingress, Tier NETWORK_POLICY`,
          'events/events.go:270',
        ),
      );
    },
  }),
  nearMiss({
    name: 'nm-deny-in-other-texts',
    why: 'The word in names, manifests, headers, audit lines and firewalls of something else.',
    edit(node) {
      node.agent(30, 'info', 'Received a new reconcile request payments/deny-all-z9x8c');
      node.agent(
        29.9,
        'info',
        'applied manifest {"Verdict":"DENY","note":"Flow Info in a comment"} of policy deny-all',
      );
      node.spread(28, 2, 8, (m) => {
        node.kubelet(
          m,
          'I',
          'http.go:52',
          '"Probe response" headers="X-Frame-Options: DENY" pod="payments/catalog-8q9zr55s5m-xc7kc"',
        );
        node.messages(
          m,
          'audit[1200]',
          'avc:  denied  { read } for  pid=812 comm="chronyd" name="x" dev="tmpfs"',
        );
        node.messages(
          m,
          'kernel',
          'iptables denied: IN=eth0 OUT= SRC=198.51.100.7 DST=10.67.70.17 PROTO=TCP SPT=443 DPT=23',
        );
      });
    },
  }),
  nearMiss({
    name: 'nm-policyendpoint-deleted',
    why: 'An object that was just deleted is not found.',
    edit(node) {
      for (const m of [25, 14]) {
        node.agent(m, 'info', 'Received a new reconcile request payments/allow-web-x7k2p');
        node.agent(
          m - 0.01,
          'error',
          'Unable to get policy endpoint spec for policyendpoint allow-web-x7k2p: policyendpoints.networking.k8s.aws "allow-web-x7k2p" not found',
        );
      }
    },
  }),
  nearMiss({
    name: 'nm-ebpf-sdk-noise',
    why: 'The SDK says benign things at level error, hundreds of times.',
    edit(node) {
      node.spread(40, 0.1, 120, (m, n) =>
        node.sdk(
          m,
          'error',
          [
            'unable to delete map entry and ret -1 and err no such file or directory',
            'unable to get next map entry and ret -1 and err no such file or directory',
            'last entry read done',
            'done get_next_id for Prog : no such file or directory',
          ][n % 4]!,
        ),
      );
      node.sdk(30, 'info', 'Got map id 226 %!(EXTRA string=ingress_map)');
    },
  }),
  nearMiss({
    name: 'nm-agent-benign-errors',
    why: 'Stale filters, probe validation, a veth that went with its pod, a broken logger.',
    edit(node) {
      node.agent(30, 'info', 'Stale ingress TC filter on enicf606c3b1e3; detaching before re-attach');
      node.agent(29, 'error', 'Probe validation/update failed but will continue to load');
      node.agent(28, 'info', 'CIDR is empty, skipping the egress rule');
      node.agent(27, 'info', 'IPv6 catch all entry in IPv4 mode - skip');
      node.agent(
        26,
        'error',
        'Not found any interface starting with prefixes and the hash. Prefixes searched [eni vlan] hash 5191ac26994 error Link not found',
      );
      node.agent(25.99, 'info', 'Pod might have been deleted');
      node.container(
        'aws-node',
        'aws-eks-nodeagent',
        25,
        'stdout',
        '2026-11-20 23:08:11.049604118 +0000 UTC Logger.check error: failed to get caller',
      );
      node.container(
        'aws-node',
        'aws-eks-nodeagent',
        24,
        'stdout',
        "2026-11-20 23:09:11 write error: can't rename log file: rename /var/log/aws-routed-eni/network-policy-agent.log: permission denied",
      );
    },
  }),
  nearMiss({
    name: 'nm-map-dump-limitation',
    why: "The collector's own tool fails to walk the directory.",
    edit(node) {
      node.write(
        'networking/ebpf-data.txt',
        '*** EBPF loaded data ***\nFailed to execute the cmd -  failed walking the bpfdirectory unable to get FD\n',
      );
    },
  }),
  nearMiss({
    name: 'nm-number-24-elsewhere',
    why: 'Twenty-four of other things.',
    edit(node) {
      node.agent(20, 'info', 'Total no.of - ingressRules 24 egressRules 24');
      node.agent(
        19,
        'info',
        'Total number of PolicyEndpoint resources for podIdentifier orders-api-7kwwx7txns-payments are 24',
      );
      node.kubelet(18, 'I', 'server.go:1', '"Listening" ports="10250 10248 24" maximum=24');
    },
  }),
  nearMiss({
    name: 'nm-calico-images-only',
    why: 'Images of Calico lie on the disk, and its policy controller is mentioned in a log.',
    edit(node) {
      node.write(
        'containerd/containerd-images.txt',
        'REF TYPE DIGEST SIZE PLATFORMS LABELS\nquay.io/calico/node:v3.26.4 application/vnd.docker.distribution.manifest.list.v2+json sha256:cc 86.6 MiB linux/amd64 io.cri-containerd.image=managed\nquay.io/calico/cni:v3.26.4 application/vnd.docker.distribution.manifest.list.v2+json sha256:dd 90.1 MiB linux/amd64 -\n',
      );
      node.kubelet(
        20,
        'I',
        'kubelet.go:2480',
        '"Image garbage collection" image="quay.io/calico/node:v3.26.4"',
      );
    },
  }),
  nearMiss({
    name: 'nm-calico-chains-unreferenced',
    why: 'Chains left after a migration that nothing jumps to.',
    edit(node) {
      for (const chain of ['cali-FORWARD', 'cali-tw-enicf606c3b1e3']) node.filterChain(chain, 0);
      node.filterRule(
        'cali-tw-enicf606c3b1e3',
        'last',
        '-m comment --comment "cali:vhMPDsFvMSRaaMRi" -m comment --comment "Drop if no policies passed packet" -j DROP',
        '    0     0 DROP       0    --  *      *       0.0.0.0/0            0.0.0.0/0            /* cali:vhMPDsFvMSRaaMRi */ /* Drop if no policies passed packet */',
      );
    },
  }),
  nearMiss({
    name: 'nm-calico-policy-only',
    why: 'Calico is the only policy engine on top of the VPC CNI: the agent is off.',
    edit(node) {
      for (const f of ['system/ps.txt', 'system/ps-threads.txt']) {
        node.replace(f, '--enable-network-policy=true', '--enable-network-policy=false');
        node.append(f, 'root        5188  1.4  0.9 1902416 71400 ?  Sl   08:03   1:19 calico-node -felix');
      }
      node.write(
        'var_log/aws-routed-eni/network-policy-agent.log',
        `{"level":"info","ts":"${node.ago(44).toISOString()}","caller":"agent/main.go:70","msg":"Network Policy is disabled, controllers are not registered"}\n`,
      );
      node.write('networking/ebpf-data.txt', '*** EBPF loaded data ***\n');
      node.write('networking/ebpf-maps-data.txt', '');
      for (const chain of ['cali-FORWARD', 'cali-to-wl-dispatch', 'cali-tw-enicf606c3b1e3'])
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
        '-o eni+ -m comment --comment "cali:jxvuJjmmRV135nVu" -j cali-to-wl-dispatch',
        '   97  8806 cali-to-wl-dispatch  0    --  *      eni+    0.0.0.0/0            0.0.0.0/0            /* cali:jxvuJjmmRV135nVu */',
      );
      node.filterRule(
        'cali-to-wl-dispatch',
        'last',
        '-o enicf606c3b1e3 -m comment --comment "cali:kPmfMAYwWJ2gwtkn" -g cali-tw-enicf606c3b1e3',
        '   97  8806 cali-tw-enicf606c3b1e3  0    --  *      enicf606c3b1e3  0.0.0.0/0            0.0.0.0/0           [goto]  /* cali:kPmfMAYwWJ2gwtkn */',
      );
      node.filterRule(
        'cali-tw-enicf606c3b1e3',
        'last',
        '-m comment --comment "cali:aaaa" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
        '   97  8806 ACCEPT     0    --  *      *       0.0.0.0/0            0.0.0.0/0            /* cali:aaaa */ ctstate RELATED,ESTABLISHED',
      );
      node.filterRule(
        'cali-tw-enicf606c3b1e3',
        'last',
        '-m comment --comment "cali:vhMPDsFvMSRaaMRi" -m comment --comment "Drop if no policies passed packet" -m mark --mark 0x0/0x20000 -j DROP',
        '    0     0 DROP       0    --  *      *       0.0.0.0/0            0.0.0.0/0            /* cali:vhMPDsFvMSRaaMRi */ /* Drop if no policies passed packet */ mark match 0x0/0x20000',
      );
    },
  }),
];
