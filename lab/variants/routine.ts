/** What a node's programs write all day long, up to the moment of collection: no variant may depend on silence. */
import type { VariantNode } from './node.js';

export function writeRoutine(node: VariantNode): void {
  const [first, second, dns] = node.base.pods;
  node.spread(43, 0.4, 9, (m) => {
    node.agent(
      m,
      'info',
      'Received a new reconcile request {"NamespacedName": {"name":"allow-dns-q7x2k","namespace":"payments"}}',
    );
    node.agent(m - 0.001, 'info', 'Processing Policy Endpoint  Name: allow-dns-q7x2k Namespace payments');
    node.agent(m - 0.002, 'info', 'Total no.of - ingressRules 2 egressRules 1');
  });
  node.spread(40, 1.3, 5, (m) => node.agent(m, 'info', 'Conntrack cleanup: Check: done'));
  node.spread(42, 0.7, 14, (m, n) => {
    node.agent(
      m,
      'debug',
      `Flow Info: Src IP: ${second.ip} Src Port: ${42000 + n} Dest IP: ${dns.ip} Dest Port: 53 Proto UDP Verdict ACCEPT Direction egress, Tier NETWORK_POLICY`,
      'events/events.go:270',
    );
    node.kubelet(
      m,
      'W',
      'reflector.go:470',
      'object-"payments"/"app-config": watch of *v1.ConfigMap ended with: very short watch: Unexpected watch close - watch lasted less than a second and no items received',
    );
    node.kubelet(
      m - 0.2,
      'I',
      'pod_startup_latency_tracker.go:104',
      `"Observed pod startup duration" pod="payments/${first.name}" podStartSLOduration=2.390083`,
    );
    node.ipamd(m, 'debug', 'Error trying to check extra IPs: none');
    node.ipamd(m, 'debug', `Skipping decrease Datastore pool because time since last 12.0s <= 30s`);
  });
}
