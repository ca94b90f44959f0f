/** DNS, kube-proxy, kubelet and busy nodes that look broken. Facts: signatures E and F, log-formats §5. */
import { nearMiss, type Variant } from '../types.js';
import { monitoringAgentLayout } from '../layout.js';

export const serviceNearMisses: Variant[] = [
  nearMiss({
    name: 'nm-coredns-hinfo-probe',
    why: 'The start-up probe times out; nothing else does.',
    edit(node) {
      for (const m of [44.3, 44.25, 44.2])
        node.coredns(
          m,
          `[ERROR] plugin/errors: 2 2718281828459045235.3602874713526624977. HINFO: read udp ${node.base.pods[2].ip}:43211->10.67.0.2:53: i/o timeout`,
        );
    },
  }),
  nearMiss({
    name: 'nm-coredns-search-domain-nxdomain',
    why: 'The cascade of ndots 5, many times.',
    edit(node) {
      node.spread(20, 0.5, 80, (m, n) =>
        node.coredns(
          m,
          `[INFO] 10.67.2.82:${40000 + n} - ${n} "A IN api.example.com.${['payments.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'ap-south-1.compute.internal'][n % 4]!}. udp 60 false 512" NXDOMAIN qr,aa,rd 150 0.00011s`,
        ),
      );
    },
  }),
  nearMiss({
    name: 'nm-coredns-single-timeouts',
    why: 'Two timeouts in an hour.',
    edit(node) {
      for (const m of [38, 11])
        node.coredns(
          m,
          `[ERROR] plugin/errors: 2 web.example.com. A: read udp ${node.base.pods[2].ip}:43211->10.67.0.2:53: i/o timeout`,
        );
    },
  }),
  nearMiss({
    name: 'nm-coredns-waits-at-start',
    why: 'CoreDNS waits for the API server during its first seconds.',
    edit(node) {
      for (const m of [44.18, 44.16, 44.14])
        node.coredns(m, '[INFO] plugin/ready: Still waiting on: "kubernetes"');
      node.coredns(44.15, '[WARNING] plugin/kubernetes: starting server with unsynced Kubernetes API');
      node.coredns(44.17, '[INFO] plugin/kubernetes: waiting for Kubernetes API before starting server');
    },
  }),
  nearMiss({
    name: 'nm-coredns-loop-in-corefile',
    why: 'The plugin named loop is configured; that is all.',
    edit(node) {
      node.coredns(
        44,
        '[INFO] Reloading Corefile: .:53 { errors health ready loop forward . /etc/resolv.conf cache 30 reload loadbalance }',
      );
    },
  }),
  nearMiss({
    name: 'nm-kube-proxy-one-failed-restore',
    why: 'One restore failed at start, and the next went well.',
    edit(node) {
      node.proxy(
        44.9,
        'E',
        'proxier.go:1577',
        'Failed to execute iptables-restore: exit status 1 (iptables-restore: line 7 failed',
      );
      node.proxy(44.89, 'I', 'proxier.go:839', 'Sync failed; retrying in 30s');
      node.proxy(44.3, 'I', 'proxier.go:850', '"SyncProxyRules complete" elapsed="31ms"');
    },
  }),
  nearMiss({
    name: 'nm-kube-proxy-ip6tables-missing',
    why: 'No IPv6 nat table on an IPv4 node; the xtables lock was taken once.',
    edit(node) {
      node.proxy(
        44.9,
        'W',
        'proxier.go:300',
        "can't initialize ip6tables table `nat': Table does not exist (do you need to insmod?)",
      );
      node.proxy(
        44.8,
        'E',
        'proxier.go:301',
        `"Error ensuring chain" err="ip6tables v1.8.9 (legacy): can't initialize ip6tables table 'nat': Table does not exist" table="nat"`,
      );
      node.proxy(
        20,
        'E',
        'iptables.go:40',
        'Another app is currently holding the xtables lock; still 4s 0us time ahead to have a chance to grab the lock...',
      );
      node.proxy(19.9, 'I', 'proxier.go:850', '"SyncProxyRules complete" elapsed="31ms"');
    },
  }),
  nearMiss({
    name: 'nm-kube-proxy-watch-restarted',
    why: 'Watches end and begin again during an update of the control plane.',
    edit(node) {
      for (const m of [22, 21.8, 21.5])
        node.proxy(
          m,
          'W',
          'reflector.go:484',
          'k8s.io/client-go/informers/factory.go:160: watch of *v1.EndpointSlice ended with: an error on the server ("unable to decode an event from the watch stream: http2: client connection lost") has prevented the request from succeeding',
        );
      node.proxy(
        21.4,
        'E',
        'reflector.go:150',
        'k8s.io/client-go/informers/factory.go:160: Failed to watch *v1.EndpointSlice: failed to list *v1.EndpointSlice: Get "https://4C0FFEE1B2A3.gr7.ap-south-1.eks.amazonaws.com/apis/discovery.k8s.io/v1/endpointslices": dial tcp 10.67.100.33:443: connect: connection refused',
      );
      node.proxy(21, 'I', 'shared_informer.go:320', 'Caches are synced for endpoint slice config');
    },
  }),
  nearMiss({
    name: 'nm-kube-proxy-nftables-mode',
    why: 'kube-proxy writes nftables: the iptables nat table has no service chains.',
    edit(node) {
      for (const path of node.containerFiles('kube-proxy', 'kube-proxy'))
        node.replace(path, '"Using iptables proxy"', '"Using nftables Proxier"');
      node.dropLines(
        'networking/iptables-save.txt',
        /KUBE-(SVC|SEP|SERVICES|POSTROUTING|MARK-MASQ|NODEPORTS|FORWARD|EXTERNAL|PROXY)/,
      );
      node.write(
        'networking/iptables-nat.txt',
        'Chain PREROUTING (policy ACCEPT 0 packets, 0 bytes)\n pkts bytes target     prot opt in     out     source               destination         \n\nChain POSTROUTING (policy ACCEPT 0 packets, 0 bytes)\n pkts bytes target     prot opt in     out     source               destination         \n=======\nTotal Number of Rules: 0\n',
      );
    },
  }),
  nearMiss({
    name: 'nm-ipvs-mode',
    why: 'ipvs: no service chains, kube-ipvs0 and virtual servers instead.',
    edit(node) {
      for (const path of node.containerFiles('kube-proxy', 'kube-proxy'))
        node.replace(path, '"Using iptables proxy"', '"Using ipvs Proxier"');
      node.dropLines('networking/iptables-save.txt', /KUBE-(SVC|SEP)-/);
      node.replace('networking/iptables-nat.txt', /Chain KUBE-(SVC|SEP)-[^]*?(?=\n=======)/, '');
      node.write(
        'networking/ipvsadm.txt',
        '-A -t 172.20.0.10:53 -s rr\n-a -t 172.20.0.10:53 -r 10.67.70.105:53 -m -w 1\n-A -t 172.20.0.1:443 -s rr\n-a -t 172.20.0.1:443 -r 10.67.100.33:443 -m -w 1\n',
      );
      node.append(
        'networking/ifconfig.txt',
        'kube-ipvs0: flags=130<BROADCAST,NOARP>  mtu 1500',
        '        inet 172.20.0.10  netmask 255.255.255.255  broadcast 0.0.0.0',
        '',
      );
    },
  }),
  nearMiss({
    name: 'nm-old-kube-proxy-log',
    why: 'A kube-proxy.log of another era lies about, full of failures.',
    edit(node) {
      node.write(
        'var_log/kube-proxy.log',
        Array.from(
          { length: 30 },
          (_, n) =>
            `E0311 04:${String(n + 10)}:22.654321       1 proxier.go:1507] Failed to execute iptables-restore: exit status 1 (iptables-restore: line 132 failed\n`,
        ).join(''),
      );
    },
  }),
  nearMiss({
    name: 'nm-sandbox-failures-at-scale-up',
    why: 'Three sandboxes failed once each while many pods started, then all run.',
    edit(node) {
      [16, 15.9, 15.8].forEach((m, n) =>
        node.sandboxFailed(
          m,
          { namespace: 'shop', name: `cart-${n}`, uid: `0-${n}`, sandbox: 'e'.repeat(64) },
          'failed to assign an IP address to container',
        ),
      );
      node.spread(15.5, 14, 3, (m, n) =>
        node.containerd(
          m,
          'info',
          `RunPodSandbox for &PodSandboxMetadata{Name:cart-${n},Uid:0-${n},Namespace:shop,Attempt:1,} returns sandbox id "${'f'.repeat(64)}"`,
        ),
      );
    },
  }),
  nearMiss({
    name: 'nm-control-plane-update',
    why: 'Leases fail a few times while the control plane is updated.',
    edit(node) {
      for (const m of [25, 24.8, 24.5, 24])
        node.kubelet(
          m,
          'E',
          'controller.go:145',
          '"Failed to ensure lease exists, will retry" err="Get \\"https://4C0FFEE1B2A3.gr7.ap-south-1.eks.amazonaws.com/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/ip-10-67-70-17\\": dial tcp 10.67.100.33:443: connect: connection refused" interval="400ms"',
        );
    },
  }),
  nearMiss({
    name: 'nm-application-crashes',
    why: "Applications crash and refuse connections: that is theirs, not the network's.",
    edit(node) {
      node.spread(40, 1, 25, (m) => {
        node.kubelet(
          m,
          'E',
          'pod_workers.go:1301',
          '"Error syncing pod, skipping" err="failed to \\"StartContainer\\" for \\"worker\\" with CrashLoopBackOff: \\"back-off 5m0s restarting failed container=worker pod=worker-6f7d9c8b5-abcde_payments(0f8c)\\"" pod="payments/worker-6f7d9c8b5-abcde" podUID="0f8c"',
        );
        node.kubelet(
          m,
          'I',
          'prober.go:107',
          '"Probe failed" probeType="Readiness" pod="payments/worker-6f7d9c8b5-abcde" podUID="0f8c" containerName="worker" probeResult="failure" output="Get \\"http://10.67.70.97:8080/healthz\\": dial tcp 10.67.70.97:8080: connect: connection refused"',
        );
      });
    },
  }),
  nearMiss({
    name: 'nm-busy-healthy-node',
    why: 'A week of benign warnings pressed into an hour.',
    edit(node) {
      node.spread(44, 0.2, 200, (m, n) => {
        node.ipamd(m, 'debug', 'IP pool is too low: available (2) < ENI target (1) * addrsPerENI (14)');
        node.ipamd(
          m,
          'debug',
          'Get free IP from prefix failed no free IP available in the prefix - 10.67.70.70/ffffffff',
          'datastore/data_store.go:678',
        );
        node.sdk(m, 'error', 'unable to get next map entry and ret -1 and err no such file or directory');
        node.kubelet(
          m,
          'W',
          'reflector.go:470',
          'object-"payments"/"app-config": watch of *v1.ConfigMap ended with: very short watch: Unexpected watch close - watch lasted less than a second and no items received',
        );
        if (n % 10 === 0) {
          node.containerd(m, 'warning', 'container event discarded');
          node.kubelet(
            m,
            'E',
            'summary_sys_containers.go:83',
            '"Failed to get system container stats" err="failed to get cgroup stats for \\"/system.slice\\""',
          );
          node.kubelet(
            m,
            'E',
            'cri_stats_provider.go:448',
            '"Failed to get the info of the filesystem with mountpoint" err="unable to find data in memory cache"',
          );
          node.agent(m, 'info', 'Received a new reconcile request payments/allow-web-x7k2p');
          node.messages(m, 'systemd-networkd[1500]', 'enicf606c3b1e3: Gained carrier');
          node.messages(m, 'systemd[1]', 'run-containerd-runc-k8s.io-77aa.mount: Deactivated successfully.');
          node.coredns(
            m,
            `[INFO] 10.67.2.82:${40000 + n} - ${n} "AAAA IN missing.payments.svc.cluster.local. udp 60 false 512" NXDOMAIN qr,aa,rd 150 0.00011s`,
          );
        }
      });
      node.ethtool('bw_out_allowance_exceeded', 12);
    },
  }),
  nearMiss({
    name: 'nm-busy-healthy-agent-layout',
    why: 'The same kind of noise in the layout of the monitoring agent, with warnings of iptables in the rule files.',
    edit(node) {
      monitoringAgentLayout(node);
      const warning = '# Warning: iptables-legacy tables present, use iptables-legacy to see them\n';
      node.write('networking/iptables-filter.txt', warning + node.read('networking/iptables-filter.txt'));
      node.spread(40, 0.5, 50, (m) => {
        node.kubelet(
          m,
          'I',
          'prober.go:107',
          '"Probe failed" probeType="Liveness" pod="shop/cart-0" podUID="1" containerName="cart" probeResult="failure" output="HTTP probe failed with statuscode: 503"',
        );
        node.ipamd(m, 'debug', 'ENI eni-0bc5ace314987ad4e does not have available addresses');
      });
    },
  }),
];
