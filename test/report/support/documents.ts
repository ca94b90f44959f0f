/** Analysis documents for the tests of the renderers. */
import type { AnalysisDocument, DocFlow } from '../../../src/model/document.js';

const counts = (packets: number, back: number): NonNullable<DocFlow['points']['src_veth']> => ({
  packets,
  bytes: packets * 60,
  return_packets: back,
  return_bytes: back * 60,
  first: '2026-11-20T23:33:07.596920Z',
  last: '2026-11-20T23:33:11.692868Z',
});

export function flow(port: number, over: Partial<DocFlow> = {}): DocFlow {
  return {
    protocol: 'tcp',
    src: `10.36.26.63:${port}`,
    dst: '10.36.118.75:8080',
    verdict: 'dropped',
    segment: 'src_node',
    direction: 'forward',
    reason: 'not-seen-beyond',
    explanation: 'SYNs seen at the source veth never reached the source ENI',
    points: { src_veth: counts(5, 0), src_eth0: counts(0, 0) },
    translated: null,
    losses: [
      { segment: 'src_node', direction: 'forward', sent: 5, lost: 5, rate: 1, rate_low: 0.56, rate_high: 1 },
    ],
    ...over,
  };
}

/** A document in which every part is filled. */
export function fullDocument(): AnalysisDocument {
  return {
    schema_version: 1,
    root_cause: 'routing — A blackhole route swallows pod traffic',
    diagnosis: {
      category: 'routing',
      summary: '2 flows (TCP) from 10.36.26.63 to 10.36.118.75 port 8080 die on the source node.',
      confidence: 'high',
      finding_ids: ['F-001'],
      against: ['The capture at the destination holds few packets.'],
    },
    traffic_path: 'cross_node',
    packet_trace: {
      src_veth: 'yes',
      src_eth0: 'no',
      dst_eth0: 'no',
      dst_veth: 'not_captured',
      drop_point: 'src_node_routing',
      segment: 'src_node',
      direction: 'forward',
      explanation: '2 flows die on the source node.',
    },
    flows: [
      flow(52803, { translated: { src: '10.36.26.63:52803', dst: '10.36.118.76:9090', inferred: false } }),
      flow(58966),
      flow(40000, {
        verdict: 'delivered',
        segment: 'none',
        direction: 'none',
        explanation: 'answered',
        losses: [],
      }),
    ],
    flow_counts: { delivered: 6, dropped: 2, lossy: 0, rejected: 0, inconclusive: 0 },
    findings: [
      {
        id: 'F-001',
        rule: 'blackhole-route',
        severity: 'high',
        confidence: 'high',
        category: 'routing',
        title: 'A blackhole route swallows pod traffic',
        diagnosis: 'Table main holds a blackhole for 10.36.118.75/32.',
        resolution: 'Operator: delete this one route: `ip route del blackhole 10.36.118.75/32 table main`.',
        safety: 'yellow',
        node: 'i-09413053e61582c7b',
        evidence: ['E-001', 'E-002'],
        against: [],
      },
      {
        id: 'F-002',
        rule: 'clock-skew',
        severity: 'low',
        confidence: 'medium',
        category: 'none',
        title: 'The clocks differ',
        diagnosis: 'By 2 s.',
        resolution: 'Start chronyd.',
        safety: 'green',
        node: null,
        evidence: [],
        against: ['It was measured one way only.'],
      },
    ],
    evidence: [
      {
        id: 'E-001',
        type: 'network_diagnostics',
        node: 'i-09413053e61582c7b',
        file: 'networking/iproute.txt',
        line: 5,
        time: null,
        content: 'blackhole 10.36.118.75',
        context: [
          { line: 4, text: '10.36.26.96 dev enia0f2d8628d6 scope link' },
          { line: 5, text: 'blackhole 10.36.118.75' },
          { line: 6, text: 'local 10.36.26.28 dev eth0 table local' },
        ],
      },
      {
        id: 'E-002',
        type: 'tcpdump_analyze',
        node: 'i-09413053e61582c7b',
        file: 'caps/src veth.pcap',
        line: null,
        time: '2026-11-20T23:33:07.596920Z',
        content: 'source veth: 5 packets and 0 back',
      },
    ],
    severity: 'HIGH',
    mitigation: {
      immediate: 'Operator: delete this one route: `ip route del blackhole 10.36.118.75/32 table main`.',
      long_term: 'Let nothing but the VPC CNI manage routes of the nodes.',
    },
    cross_reference: ['D5 when names do not resolve'],
    escalation: ['Tell the owner of the VPC.'],
    next_steps: [{ why: 'Whether it is still there', command: 'ip route show table main 10.36.118.75/32' }],
    clocks: [
      {
        a: 'node-1',
        b: 'node-2',
        offset_seconds: 0.0012,
        bound_seconds: 0.0001,
        one_sided: false,
        drift_ppm: 0,
      },
    ],
    rules: [
      {
        id: 'blackhole-route',
        title: 'A blackhole route',
        category: 'routing',
        severity: 'high',
        outcome: 'found',
      },
      { id: 'clock-skew', title: 'The clocks differ', category: 'none', severity: 'low', outcome: 'found' },
      {
        id: 'coredns-errors',
        title: 'CoreDNS fails',
        category: 'dns',
        severity: 'medium',
        outcome: 'skipped',
      },
      {
        id: 'missing-route',
        title: 'A route is missing',
        category: 'routing',
        severity: 'high',
        outcome: 'clear',
      },
    ],
    layers: [
      {
        layer: 'dns',
        test: 'DNS questions',
        result: 'undecided',
        evidence: [],
        verdict: 'Missing: DNS packets.',
      },
      {
        layer: 'routing',
        test: 'routes of the nodes',
        result: 'failing',
        evidence: ['F-001', 'E-001'],
        verdict: 'A blackhole route swallows pod traffic.',
      },
      { layer: 'vpc', test: 'packets', result: 'ok', evidence: [], verdict: '2 flows seen on both nodes.' },
    ],
    log_patterns: {
      patterns: [
        {
          pattern: 'Failed to reach <ip>: i/o timeout',
          level: 'error',
          count: 12,
          first: '2026-11-20T22:08:59.440Z',
          last: '2026-11-20T22:25:19.441Z',
          nodes: ['i-09413053e61582c7b'],
          example: {
            node: 'i-09413053e61582c7b',
            file: 'var_log/aws-routed-eni/ipamd.log',
            line: 948,
            content: '{"level":"error","msg":"Failed to reach 10.36.0.1:443: i/o timeout"}',
          },
        },
        {
          pattern: 'link is not ready',
          level: null,
          count: 1,
          first: null,
          last: null,
          nodes: ['i-09413053e61582c7b'],
          example: {
            node: 'i-09413053e61582c7b',
            file: 'kernel/dmesg.current',
            line: 7,
            content: 'eth1: link is not ready',
          },
        },
      ],
      patterns_left_out: 1,
      lines_left_out: 4,
    },
    ladder: {
      flow: 0,
      start: '2026-11-20T23:33:07.596920Z',
      points: ['src_veth', 'src_eth0', 'dst_eth0'],
      packets: [
        { direction: 'forward', label: 'SYN seq 1887514592', at: { src_veth: 0 } },
        { direction: 'forward', label: 'SYN seq 1887514592', at: { src_veth: 1.023977, src_eth0: 1.02399 } },
      ],
      left_out: 3,
    },
    trail: {
      node: 'i-09413053e61582c7b',
      packet: 'tcp 10.36.26.63:52803 > 10.36.118.75:8080, in by eni8cf67e7b1f1, NEW',
      verdict: 'dropped',
      steps: [
        {
          hook: 'PREROUTING',
          table: 'nat',
          chain: 'PREROUTING',
          text: '-A PREROUTING -j KUBE-SERVICES',
          file: 'networking/iptables-save.txt',
          line: 68,
          effect: 'jump KUBE-SERVICES',
          decides: false,
        },
        {
          hook: 'ROUTING',
          table: 'main',
          chain: null,
          text: 'blackhole 10.36.118.75',
          file: 'networking/iproute.txt',
          line: 5,
          effect: 'blackhole',
          decides: true,
        },
      ],
      left_out: 0,
      undetermined: [],
    },
    coverage: {
      bundles: [
        {
          id: 'i-09413053e61582c7b',
          input: 'eks_i-09413053e61582c7b.tar.gz',
          kind: 'linux-collector',
          collector_version: '0.7.9',
          collected_at: '2026-11-20T23:33:00.000Z',
          files: 83,
          identity: {
            instance_type: 'm5.xlarge',
            hostname: 'ip-10-36-26-28.ap-south-1.compute.internal',
            vpc_cidrs: ['10.36.0.0/16'],
          },
        },
      ],
      captures: [
        {
          file: 'caps/src veth.pcap',
          interface: 'eni8cf67e7b1f1',
          point: 'src_veth',
          node: 'i-09413053e61582c7b',
          reason: 'MAC ee:c0:41:a9:ed:6d is eni8cf67e7b1f1 of i-09413053e61582c7b',
          certainty: 'certain',
          packets: 62,
          first: '2026-11-20T23:33:07.596920Z',
          last: '2026-11-20T23:33:20.596920Z',
          truncated: false,
        },
      ],
      missing: [
        {
          node: null,
          what: 'dst-veth',
          state: 'not_captured',
          leaves_undecided: 'whether packets pass the destination veth',
        },
      ],
      problems: [
        { code: 'E_PARSE', subject: 'x/y.txt', message: 'It is not in its format.', hint: null, note: false },
      ],
      skipped_rules: [{ rule: 'coredns-errors', reason: 'no coredns log was collected' }],
    },
  };
}

/** Keys whose values are words of a fixed list, numbers in disguise or ids: not a stranger's text. */
const FIXED = new Set([
  ...[
    'category',
    'confidence',
    'severity',
    'safety',
    'verdict',
    'segment',
    'direction',
    'traffic_path',
    'drop_point',
  ],
  ...['src_veth', 'src_eth0', 'dst_eth0', 'dst_veth', 'type', 'state', 'point', 'evidence', 'finding_ids'],
  ...['outcome', 'points', 'schema_version', 'layer', 'level', 'result'],
]);

/** The full document with `payload` around every text that could come from a stranger. */
export function hostileDocument(payload: string): AnalysisDocument {
  return poison(fullDocument(), payload) as AnalysisDocument;
}

function poison(value: unknown, payload: string): unknown {
  if (typeof value === 'string') return `${payload}${value}${payload}`;
  if (Array.isArray(value)) return value.map((v) => poison(v, payload));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([k, v]) => [k, isFixed(k, v) ? v : poison(v, payload)]),
  );
}

/** Ids of bundles and rules are a stranger's text; those of findings and evidence are ours. */
function isFixed(key: string, value: unknown): boolean {
  if (key === 'id') return typeof value === 'string' && /^[FE]-\d+$/.test(value);
  const words =
    typeof value === 'string' || (Array.isArray(value) && value.every((v) => typeof v === 'string'));
  // The verdict of a layer is prose.
  if (key === 'verdict' && typeof value === 'string' && value.includes(' ')) return false;
  return FIXED.has(key) && words;
}
