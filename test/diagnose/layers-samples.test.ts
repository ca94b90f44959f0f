/** The exact rows of every shipped sample. */
import { describe, expect, it } from 'vitest';
import { sampleDocument, SAMPLE_NAMES } from '../report/support/samples.js';

const ROWS: Record<string, [layer: string, result: string, evidence: string, verdict: string][]> = {
  'blackhole-route': [
    ['dns', 'ok', '', '4 DNS questions answered.'],
    ['routing', 'failing', 'F-001 E-001', 'A blackhole route swallows pod traffic (i-09413053e61582c7b).'],
    [
      'node_firewall',
      'ok',
      '',
      'i-09413053e61582c7b, i-04774015ad259b240: filter rules collected, none stops the traffic.',
    ],
    [
      'network_policy',
      'undecided',
      '',
      'No finding names a policy, which proves nothing while flow logs may be off. Missing: an answered flow between these ends, or the policy flow logs (--enable-policy-event-logs).',
    ],
    ['vpc', 'undecided', '', 'Not tested: the packets in question die on the source node.'],
    ['mtu', 'undecided', '', 'Missing: a capture in which large packets are sent and arrive.'],
    ['tls', 'undecided', '', 'Not tested: the flows in question do not get that far.'],
    ['application', 'undecided', '', 'Not tested: the flows in question do not get that far.'],
  ],
  'forward-policy-drop': [
    ['dns', 'undecided', '', 'Missing: DNS packets. Capture port 53 at the veth of the source pod.'],
    [
      'routing',
      'ok',
      '',
      'i-01bf1f3c2d4539713, i-08d97e15d019e30ce: routes and rules collected, no fault in them.',
    ],
    [
      'node_firewall',
      'failing',
      'F-001 E-001',
      'The FORWARD policy drops pod traffic (i-01bf1f3c2d4539713).',
    ],
    [
      'network_policy',
      'undecided',
      '',
      'No finding names a policy, which proves nothing while flow logs may be off. Missing: an answered flow between these ends, or the policy flow logs (--enable-policy-event-logs).',
    ],
    ['vpc', 'undecided', '', 'Not tested: the packets in question die on the source node.'],
    ['mtu', 'undecided', '', 'Missing: a capture in which large packets are sent and arrive.'],
    ['tls', 'undecided', '', 'Not tested: the flows in question do not get that far.'],
    ['application', 'undecided', '', 'Not tested: the flows in question do not get that far.'],
  ],
  healthy: [
    ['dns', 'ok', '', '4 DNS questions answered.'],
    ['routing', 'ok', '', '5 flows answered from end to end.'],
    ['node_firewall', 'ok', '', '5 flows answered from end to end.'],
    ['network_policy', 'ok', '', '5 flows answered: no policy stops them on either side.'],
    ['vpc', 'ok', '', "5 flows seen at both nodes' interfaces, there and back."],
    [
      'mtu',
      'ok',
      '',
      'Large packets arrive. The captures show them merged by the adapter: their size on the wire is not known.',
    ],
    ['tls', 'undecided', '', 'Missing: a TLS handshake. The captures hold none that could be read.'],
    ['application', 'ok', '', '22 HTTP answers seen, no server error.'],
  ],
  'netpol-ingress-deny': [
    ['dns', 'ok', '', '4 DNS questions answered.'],
    [
      'routing',
      'ok',
      '',
      'Source node: the flows in question pass it; i-0b8eb1aa09babaf66: routes and rules collected, no fault in them.',
    ],
    [
      'node_firewall',
      'ok',
      '',
      'Source node: the flows in question pass it; i-0b8eb1aa09babaf66: filter rules collected, none stops the traffic.',
    ],
    [
      'network_policy',
      'failing',
      'F-001 E-001 E-002',
      'A NetworkPolicy denies the traffic (i-0b8eb1aa09babaf66).',
    ],
    ['vpc', 'undecided', '', 'The way there is open. Missing: an answer that crosses the VPC.'],
    ['mtu', 'undecided', '', 'Missing: a capture in which large packets are sent and arrive.'],
    ['tls', 'undecided', '', 'Not tested: the flows in question do not get that far.'],
    ['application', 'undecided', '', 'Not tested: the flows in question do not get that far.'],
  ],
  'return-path-lost': [
    ['dns', 'ok', '', '4 DNS questions answered.'],
    ['routing', 'ok', '', 'Source node, destination node: the flows in question pass it.'],
    ['node_firewall', 'ok', '', 'Source node, destination node: the flows in question pass it.'],
    [
      'network_policy',
      'undecided',
      '',
      'No finding names a policy, which proves nothing while flow logs may be off. Missing: an answered flow between these ends, or the policy flow logs (--enable-policy-event-logs).',
    ],
    ['vpc', 'failing', 'F-001 E-001 E-002 E-003 E-004', 'The answer is lost in the VPC.'],
    ['mtu', 'undecided', '', 'Missing: a capture in which large packets are sent and arrive.'],
    ['tls', 'undecided', '', 'Not tested: the flows in question do not get that far.'],
    ['application', 'undecided', '', 'Not tested: the flows in question do not get that far.'],
  ],
  'vpc-drop': [
    ['dns', 'ok', '', '4 DNS questions answered.'],
    [
      'routing',
      'ok',
      '',
      'Source node: the flows in question pass it; i-0baa2a4342b8e2b30: routes and rules collected, no fault in them.',
    ],
    [
      'node_firewall',
      'ok',
      '',
      'Source node: the flows in question pass it; i-0baa2a4342b8e2b30: filter rules collected, none stops the traffic.',
    ],
    [
      'network_policy',
      'undecided',
      '',
      'No finding names a policy, which proves nothing while flow logs may be off. Missing: an answered flow between these ends, or the policy flow logs (--enable-policy-event-logs).',
    ],
    ['vpc', 'failing', 'F-001 E-001 E-002 E-003 E-004', 'Packets are lost in the VPC.'],
    ['mtu', 'undecided', '', 'Missing: a capture in which large packets are sent and arrive.'],
    ['tls', 'undecided', '', 'Not tested: the flows in question do not get that far.'],
    ['application', 'undecided', '', 'Not tested: the flows in question do not get that far.'],
  ],
};

describe('the layer report', () => {
  it.each(SAMPLE_NAMES)('of %s', (name) => {
    const rows = sampleDocument(name).layers!.map((l) => [
      l.layer,
      l.result,
      l.evidence.join(' '),
      l.verdict,
    ]);
    expect(rows).toEqual(ROWS[name]);
  });
});
