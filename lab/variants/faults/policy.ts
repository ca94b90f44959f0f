/** Policies that deny, are missing, are cut off at 24 ports, or whose programs fail. Facts: network-policy.md. */
import { monitoringAgentLayout, cni118 } from '../layout.js';
import { fault, type Variant } from '../types.js';

const CLIENT = '10.67.2.130';

export const policyFaults: Variant[] = [
  fault({
    name: 'netpol-deny-first-format',
    why: 'DENY lines of agent 1.0.2: key `timestamp`, numbers as JSON.',
    expected: ['netpol_deny'],
    severe: ['netpol-deny'],
    edit(node) {
      cni118(node, 'v1.15.1');
      node.spread(25, 2, 18, (m, n) =>
        node.agentRaw(m, (t) =>
          JSON.stringify({
            level: 'info',
            timestamp: t.toISOString(),
            logger: 'ebpf-client',
            msg: 'Flow Info:  ',
            'Src IP': CLIENT,
            'Src Port': 41000 + n,
            'Dest IP': node.base.pods[0].ip,
            'Dest Port': 8080,
            Proto: 'TCP',
            Verdict: 'DENY',
          }),
        ),
      );
    },
  }),
  fault({
    name: 'netpol-deny-spaced-json',
    why: 'The same line pretty-printed, keys in another order, few and early.',
    expected: ['netpol_deny'],
    severe: ['netpol-deny'],
    edit(node) {
      node.spread(40, 36, 6, (m, n) =>
        node.agentRaw(
          m,
          (t) =>
            `{"level": "info", "ts": "${t.toISOString()}", "caller": "events/events.go:193", "msg": "Flow Info:  ", "Verdict": "DENY", "Proto": "TCP", "Src IP": "${CLIENT}", "Src Port": ${42000 + n}, "Dest IP": "${node.base.pods[1].ip}", "Dest Port": 5432}`,
        ),
      );
    },
  }),
  fault({
    name: 'netpol-deny-egress-to-service',
    why: 'A local pod may not reach a ClusterIP; policy sees the address before translation.',
    expected: ['netpol_deny'],
    severe: ['netpol-deny'],
    edit(node) {
      node.spread(12, 1, 12, (m, n) =>
        node.agent(
          m,
          'info',
          `Flow Info: Src IP: ${node.base.pods[0].ip} Src Port: ${43000 + n} Dest IP: 172.20.119.4 Dest Port: 6379 Proto TCP Verdict DENY Direction egress, Tier NETWORK_POLICY`,
          'events/events.go:270',
        ),
      );
    },
  }),
  fault({
    name: 'netpol-deny-admin-tier-agent-layout',
    why: 'A cluster policy denies DNS over UDP to CoreDNS.',
    expected: ['netpol_deny'],
    severe: ['netpol-deny'],
    edit(node) {
      monitoringAgentLayout(node);
      node.spread(8, 0.5, 20, (m, n) =>
        node.agent(
          m,
          'info',
          `Flow Info: Src IP: ${CLIENT} Src Port: ${51000 + n} Dest IP: ${node.base.pods[2].ip} Dest Port: 53 Proto UDP Verdict DENY Direction ingress, Tier ADMIN`,
          'events/events.go:270',
        ),
      );
    },
  }),
  fault({
    name: 'netpol-deny-default-deny',
    why: 'A pod is isolated with no rule at all, and denied.',
    expected: ['netpol_deny'],
    severe: ['netpol-deny', 'default-deny-policy'],
    edit(node) {
      node.agent(18, 'info', 'Received a new reconcile request payments/default-deny-p5x2k');
      node.agent(17.99, 'info', 'Processing Policy Endpoint  Name: default-deny-p5x2k Namespace payments');
      node.agent(
        17.98,
        'info',
        'Total number of PolicyEndpoint resources for podIdentifier orders-api-7kwwx7txns-payments are 1',
      );
      node.agent(17.97, 'info', 'Default Deny enabled on Ingress');
      node.agent(17.96, 'info', 'Total no.of - ingressRules 0 egressRules 0');
      node.spread(17, 1, 15, (m, n) =>
        node.agent(
          m,
          'info',
          `Flow Info: Src IP: ${CLIENT} Src Port: ${44000 + n} Dest IP: ${node.base.pods[0].ip} Dest Port: 8080 Proto TCP Verdict DENY Direction ingress`,
          'events/events.go:242',
        ),
      );
    },
  }),
  fault({
    name: 'policyendpoint-no-matches',
    why: 'The CRD is missing.',
    expected: ['policyendpoint_missing'],
    severe: ['policyendpoint-missing'],
    edit(node) {
      node.spread(30, 1, 15, (m) =>
        node.agent(
          m,
          'error',
          'if kind is a CRD, it should be installed before calling Start kind PolicyEndpoint.networking.k8s.aws error: no matches for kind "PolicyEndpoint" in version "networking.k8s.aws/v1alpha1"',
          'source/kind.go:71',
        ),
      );
    },
  }),
  fault({
    name: 'policyendpoint-forbidden',
    why: 'The agent may not list policy endpoints.',
    expected: ['policyendpoint_missing'],
    severe: ['policyendpoint-missing'],
    edit(node) {
      monitoringAgentLayout(node);
      node.spread(20, 1, 10, (m) =>
        node.agent(
          m,
          'error',
          'pkg/mod/k8s.io/client-go@v0.29.0/tools/cache/reflector.go:229: Failed to watch *v1alpha1.PolicyEndpoint: failed to list *v1alpha1.PolicyEndpoint: policyendpoints.networking.k8s.aws is forbidden: User "system:serviceaccount:kube-system:aws-node" cannot list resource "policyendpoints" in API group "networking.k8s.aws" at the cluster scope',
          'cache/reflector.go:147',
        ),
      );
    },
  }),
  fault({
    name: 'port-limit-one-line',
    why: 'One line says it all.',
    expected: ['calico_port_limit'],
    severe: ['calico-port-limit'],
    edit(node) {
      node.agent(
        33,
        'error',
        'No.of unique port/protocol combinations supported for a single endpoint exceeded the supported maximum of 24',
        'ebpf/bpf_client.go:812',
      );
    },
  }),
  fault({
    name: 'port-limit-info-level-old-agent',
    why: 'Older agents said it at level info with a logger name, once per policy.',
    expected: ['calico_port_limit'],
    severe: ['calico-port-limit'],
    edit(node) {
      cni118(node, 'v1.18.5');
      node.spread(25, 20, 3, (m) =>
        node.agentRaw(m, (t) =>
          JSON.stringify({
            level: 'info',
            ts: t.toISOString(),
            logger: 'ebpf-client',
            msg: 'No.of unique port/protocol combinations supported for a single endpoint exceeded the supported maximum of ',
            'count: ': 24,
          }).replace('maximum of ","count: ":24', 'maximum of 24"'),
        ),
      );
    },
  }),
  fault({
    name: 'ebpf-attach-failed',
    why: 'Probes cannot be attached to a pod.',
    expected: ['ebpf_error'],
    severe: ['ebpf-program-error'],
    edit(node) {
      const pod = node.base.pods[0];
      node.spread(24, 2, 8, (m) => {
        node.sdk(m, 'error', 'cannot add clsact qdisc: operation not permitted', 'tc/bpf_tc.go:98');
        node.agent(
          m - 0.01,
          'error',
          `Failed to Attach Ingress TC probe for pod: ${pod.name} in namespace ${pod.namespace} at interface 0 error: operation not permitted`,
          'ebpf/bpf_client.go:455',
        );
      });
    },
  }),
  fault({
    name: 'ebpf-map-full',
    why: 'The map holds no more entries: only the SDK says so, the agent logs at level info.',
    expected: ['ebpf_error'],
    severe: ['ebpf-program-error'],
    edit(node) {
      node.spread(15, 1, 9, (m) => {
        node.sdk(m, 'error', 'unable to create/update map entry and ret -1 and err argument list too long');
        node.agentRaw(m - 0.01, (t) =>
          JSON.stringify({
            level: 'info',
            ts: t.toISOString(),
            caller: 'ebpf/bpf_client.go:702',
            msg: 'BPF map update failed',
            'error: ': 'unable to update map: argument list too long',
          }),
        );
      });
    },
  }),
  fault({
    name: 'ebpf-load-failed-agent-layout',
    why: 'The programs do not load at all.',
    expected: ['ebpf_error'],
    severe: ['ebpf-program-error'],
    edit(node) {
      monitoringAgentLayout(node);
      node.spread(20, 2, 4, (m) => {
        node.agent(
          m,
          'error',
          'Load BPF failed err: failed to load program: invalid argument',
          'ebpf/bpf_client.go:140',
        );
        node.agent(
          m - 0.01,
          'error',
          'Unable to load events binary. Required for policy enforcement, exiting..',
          'ebpf/bpf_client.go:150',
        );
      });
    },
  }),
];
