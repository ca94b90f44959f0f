/** CoreDNS and kube-proxy. Facts: signatures E and G. */
import { klog } from '../../logs/clock.js';
import { cni118, monitoringAgentLayout } from '../layout.js';
import { fault, type Variant } from '../types.js';
import type { VariantNode } from '../node.js';

/** Takes kube-proxy's chains away, as after a flush. */
function withoutServiceChains(node: VariantNode): void {
  node.dropLines('networking/iptables-save.txt', /KUBE-(SVC|SEP)-/);
  node.replace(
    'networking/iptables-nat.txt',
    /Chain KUBE-(SVC|SEP)-[^]*?(?=\nChain KUBE-SERVICES|\nChain [^K]|\n=======)/,
    '',
  );
}

export const serviceFaults: Variant[] = [
  fault({
    name: 'coredns-upstream-timeouts',
    why: 'The resolver of the VPC does not answer.',
    expected: ['coredns_errors'],
    severe: ['coredns-errors'],
    edit(node) {
      node.spread(22, 1, 18, (m, n) =>
        node.coredns(
          m,
          `[ERROR] plugin/errors: 2 api.partner.example. ${n % 2 ? 'AAAA' : 'A'}: read udp ${node.base.pods[2].ip}:${36000 + n}->10.67.0.2:53: i/o timeout`,
        ),
      );
    },
  }),
  fault({
    name: 'coredns-servfail-query-log',
    why: 'Answers are SERVFAIL; upstream refuses.',
    expected: ['coredns_errors'],
    severe: ['coredns-errors'],
    edit(node) {
      monitoringAgentLayout(node);
      node.spread(10, 0.5, 15, (m, n) => {
        node.coredns(
          m,
          `[INFO] 10.67.2.82:${43000 + n} - ${2000 + n} "A IN db.partner.example. udp 45 false 512" SERVFAIL qr,rd 45 2.001534s`,
        );
        node.coredns(
          m,
          `[ERROR] plugin/errors: 2 db.partner.example. A: dial tcp 10.67.0.2:53: connect: connection refused`,
        );
      });
    },
  }),
  fault({
    name: 'coredns-loop',
    why: 'A forwarding loop, fatal.',
    expected: ['coredns_errors'],
    severe: ['coredns-errors'],
    edit(node) {
      node.coredns(
        6,
        '[FATAL] plugin/loop: Loop (127.0.0.1:34536 -> :53) detected for zone ".", see https://coredns.io/plugins/loop#troubleshooting. Query: "HINFO 3141592653589793238.4626433832795028841."',
      );
    },
  }),
  fault({
    name: 'coredns-waits-for-api',
    why: 'CoreDNS has not reached the API server for twenty minutes.',
    expected: ['coredns_errors'],
    severe: ['coredns-errors'],
    edit(node) {
      node.coredns(20.5, '[WARNING] plugin/kubernetes: starting server with unsynced Kubernetes API');
      node.spread(20, 0.5, 20, (m) => {
        node.coredns(m, '[INFO] plugin/ready: Still waiting on: "kubernetes"');
        node.container(
          'coredns',
          'coredns',
          m,
          'stderr',
          klog(
            node.ago(m),
            'E',
            1,
            'reflector.go:166',
            'pkg/mod/k8s.io/client-go@v0.31.2/tools/cache/reflector.go:243: Failed to watch *v1.Service: failed to list *v1.Service: Get "https://172.20.0.1:443/api/v1/services?limit=500&resourceVersion=0": dial tcp 172.20.0.1:443: i/o timeout',
          ),
        );
      });
    },
  }),
  fault({
    name: 'kube-proxy-restore-fails-structured',
    why: 'Every sync fails and is tried again.',
    expected: ['kube_proxy_down'],
    severe: ['kube-proxy-down'],
    edit(node) {
      node.spread(25, 0.5, 20, (m) => {
        node.proxy(
          m,
          'E',
          'proxier.go:1577',
          '"Failed to execute iptables-restore" err="exit status 4: iptables-restore v1.8.9 (nf_tables): line 211: CHAIN_ADD failed (No such file or directory): chain KUBE-SVC-2JMNBWOG3PLLGPXD" ipFamily="IPv4"',
        );
        node.proxy(m, 'I', 'proxier.go:839', '"Sync failed" retryingTime="30s" ipFamily="IPv4"');
      });
    },
  }),
  fault({
    name: 'kube-proxy-restore-fails-old-text',
    why: 'The same in the free text of older releases.',
    expected: ['kube_proxy_down'],
    severe: ['kube-proxy-down'],
    edit(node) {
      cni118(node, 'v1.11.4');
      node.spread(30, 0.5, 25, (m) => {
        node.proxy(
          m,
          'E',
          'proxier.go:1507',
          'Failed to execute iptables-restore: exit status 1 (iptables-restore: line 132 failed',
        );
        node.container('kube-proxy', 'kube-proxy', m, 'stderr', ')');
        node.proxy(m, 'I', 'proxier.go:811', 'Sync failed; retrying in 30s');
      });
    },
  }),
  fault({
    name: 'kube-proxy-not-there',
    why: 'No process, no chains, no running container; its log ended at an error forty minutes ago.',
    expected: ['kube_proxy_down'],
    severe: ['kube-proxy-down'],
    edit(node) {
      node.dropLines('system/ps.txt', 'kube-proxy --v=2');
      node.dropLines('system/ps-threads.txt', 'kube-proxy --v=2');
      node.replace('containerd/containerd-tasks.txt', '4174    RUNNING', '4174    STOPPED');
      withoutServiceChains(node);
      node.proxy(40, 'E', 'run.go:72', '"command failed" err="failed complete: no such file or directory"');
    },
  }),
  fault({
    name: 'kube-proxy-cannot-watch',
    why: 'kube-proxy has been cut off from the API server for half an hour.',
    expected: ['kube_proxy_down'],
    severe: ['kube-proxy-down'],
    edit(node) {
      node.spread(30, 0.5, 24, (m, n) =>
        node.proxy(
          m,
          'E',
          'reflector.go:150',
          `k8s.io/client-go/informers/factory.go:150: Failed to watch *v1.${n % 2 ? 'Service' : 'EndpointSlice'}: failed to list *v1.${n % 2 ? 'Service' : 'EndpointSlice'}: Get "https://4C0FFEE1B2A3.gr7.ap-south-1.eks.amazonaws.com/apis/discovery.k8s.io/v1/endpointslices?limit=500": dial tcp 10.67.100.33:443: i/o timeout`,
        ),
      );
    },
  }),
  fault({
    name: 'kube-proxy-crash-loop',
    why: 'Kubelet restarts it in vain.',
    expected: ['kube_proxy_down'],
    severe: ['kube-proxy-down'],
    edit(node) {
      node.dropLines('system/ps.txt', 'kube-proxy --v=2');
      node.spread(20, 1, 8, (m) => {
        node.kubelet(
          m,
          'E',
          'pod_workers.go:1301',
          '"Error syncing pod, skipping" err="failed to \\"StartContainer\\" for \\"kube-proxy\\" with CrashLoopBackOff: \\"back-off 5m0s restarting failed container=kube-proxy pod=kube-proxy-rchq9_kube-system(90dc8483-360e-49c6-a1db-790e9499a122)\\"" pod="kube-system/kube-proxy-rchq9" podUID="90dc8483-360e-49c6-a1db-790e9499a122"',
        );
        node.proxy(
          m,
          'E',
          'server.go:1026',
          '"Failed to retrieve node info" err="nodes \\"ip-10-67-70-17\\" is forbidden"',
        );
      });
    },
  }),
];
