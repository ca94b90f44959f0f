/** Packet filters that stop forwarded traffic. Facts: signatures C. */
import { monitoringAgentLayout } from '../layout.js';
import { fault, type Variant } from '../types.js';

export const filterFaults: Variant[] = [
  fault({
    name: 'forward-policy-drop-with-hits',
    why: 'Nothing accepts new flows and the policy drops them.',
    expected: ['forward_policy_drop'],
    severe: ['forward-policy-drop'],
    edit(node) {
      node.replace('networking/iptables-save.txt', ':FORWARD ACCEPT [10:750]', ':FORWARD DROP [812:48720]');
      for (const f of ['networking/iptables.txt', 'networking/iptables-filter.txt'])
        node.replace(
          f,
          'Chain FORWARD (policy ACCEPT 10 packets, 750 bytes)',
          'Chain FORWARD (policy DROP 812 packets, 48720 bytes)',
        );
    },
  }),
  fault({
    name: 'forward-policy-drop-listing-only',
    why: 'iptables-save could not run; the listing shows the policy.',
    expected: ['forward_policy_drop'],
    severe: ['forward-policy-drop'],
    edit(node) {
      monitoringAgentLayout(node);
      node.remove(/^networking\/iptables-save\.txt$/);
      for (const f of ['networking/iptables.txt', 'networking/iptables-filter.txt'])
        node.replace(
          f,
          'Chain FORWARD (policy ACCEPT 10 packets, 750 bytes)',
          'Chain FORWARD (policy DROP 5528K packets, 953M bytes)',
        );
    },
  }),
  fault({
    name: 'forward-policy-drop-node-accepts-itself',
    why: 'A rule accepts only what an administrator wanted: docker0.',
    expected: ['forward_policy_drop'],
    severe: ['forward-policy-drop'],
    edit(node) {
      node.replace('networking/iptables-save.txt', ':FORWARD ACCEPT [10:750]', ':FORWARD DROP [91:5460]');
      for (const f of ['networking/iptables.txt', 'networking/iptables-filter.txt'])
        node.replace(
          f,
          'Chain FORWARD (policy ACCEPT 10 packets, 750 bytes)',
          'Chain FORWARD (policy DROP 91 packets, 5460 bytes)',
        );
      node.filterRule(
        'FORWARD',
        'last',
        '-i docker0 ! -o docker0 -j ACCEPT',
        '    0     0 ACCEPT     0    --  docker0 !docker0  0.0.0.0/0            0.0.0.0/0           ',
      );
    },
  }),
  fault({
    name: 'forward-drop-pod-port',
    why: 'A hardening rule drops a port that pods serve.',
    expected: ['forward_rule_drop'],
    severe: ['forward-rule-drop'],
    edit(node) {
      node.filterRule(
        'FORWARD',
        'first',
        `-d ${node.base.pods[0].ip}/32 -p tcp -m tcp --dport 8080 -j DROP`,
        `   64  3840 DROP       6    --  *      *       0.0.0.0/0            ${node.base.pods[0].ip}         tcp dpt:8080`,
      );
    },
  }),
  fault({
    name: 'forward-drop-own-chain',
    why: 'A security tool jumps from FORWARD to its chain, which drops the VPC range.',
    expected: ['forward_rule_drop'],
    severe: ['forward-rule-drop'],
    edit(node) {
      node.filterChain('SECURITY-AGENT', 1);
      node.filterRule(
        'FORWARD',
        'first',
        '-j SECURITY-AGENT',
        ' 1204 91233 SECURITY-AGENT  0    --  *      *       0.0.0.0/0            0.0.0.0/0           ',
      );
      node.filterRule(
        'SECURITY-AGENT',
        'last',
        '-s 10.67.0.0/16 -p tcp -j DROP',
        '  311 18660 DROP       6    --  *      *       10.67.0.0/16         0.0.0.0/0           ',
      );
    },
  }),
  fault({
    name: 'forward-drop-in-mangle',
    why: 'The rule stands in mangle, where few look.',
    expected: ['forward_rule_drop'],
    severe: ['forward-rule-drop'],
    edit(node) {
      node.replace(
        'networking/iptables-save.txt',
        /(\*mangle\n[^]*?)COMMIT/,
        '$1-A FORWARD -d 10.67.70.0/24 -p tcp -m tcp --dport 5432 -j DROP\nCOMMIT',
      );
      node.replace(
        'networking/iptables-mangle.txt',
        /(Chain FORWARD .*\n.*\n)/,
        '$1   52  3120 DROP       6    --  *      *       0.0.0.0/0            10.67.70.0/24        tcp dpt:5432\n',
      );
    },
  }),
  fault({
    name: 'forward-drop-cross-node-reply',
    why: 'Everything from the other subnet is dropped on its way to pods.',
    expected: ['forward_rule_drop'],
    severe: ['forward-rule-drop'],
    edit(node) {
      node.filterRule(
        'FORWARD',
        'first',
        '-s 10.67.2.0/24 -i eth0 -m comment --comment "quarantine" -j DROP',
        '  903 54180 DROP       0    --  eth0   *       10.67.2.0/24         0.0.0.0/0            /* quarantine */',
      );
    },
  }),
  fault({
    name: 'forward-reject-admin-prohibited',
    why: 'A firewall service ends FORWARD with a REJECT.',
    expected: ['reject_rule'],
    severe: ['forward-rule-reject'],
    edit(node) {
      node.filterRule(
        'FORWARD',
        'last',
        '-j REJECT --reject-with icmp-host-prohibited',
        '  517 31020 REJECT     0    --  *      *       0.0.0.0/0            0.0.0.0/0            reject-with icmp-host-prohibited',
      );
    },
  }),
  fault({
    name: 'forward-reject-tcp-reset',
    why: 'Flows to a database port are reset.',
    expected: ['reject_rule'],
    severe: ['forward-rule-reject'],
    edit(node) {
      node.filterRule(
        'FORWARD',
        'first',
        '-p tcp -m tcp --dport 5432 -j REJECT --reject-with tcp-reset',
        '   77  4620 REJECT     6    --  *      *       0.0.0.0/0            0.0.0.0/0            tcp dpt:5432 reject-with tcp-reset',
      );
    },
  }),
];
