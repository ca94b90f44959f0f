import { describe, expect, it } from 'vitest';
import type { AnalysisDocument } from '../../src/model/document.js';
import { CAUSES } from '../../lab/fault.js';
import { deviations, rulesOf, severeRules } from '../support/compare-truth.js';
import type { Truth } from '../support/truth.js';

const truth: Truth = {
  case: 'vpc-drop',
  kind: 'capture',
  expected_findings: ['vpc_drop'],
  optional_findings: ['icmp_unreachable'],
  must_not: CAUSES.filter((cause) => cause !== 'vpc_drop' && cause !== 'icmp_unreachable'),
  drop_point: 'vpc',
  accept_drop_points: ['vpc'],
};

function document(segment: string, direction: string, ...findings: [string, string][]): AnalysisDocument {
  return {
    packet_trace: { segment, direction },
    findings: findings.map(([rule, severity]) => ({ rule, severity })),
  } as unknown as AnalysisDocument;
}

describe('deviations', () => {
  it('has nothing to say of a right answer', () => {
    expect(deviations(truth, document('vpc', 'forward', ['trace-vpc-drop', 'high']))).toEqual([]);
  });

  it('accepts optional findings, and low ones of any kind', () => {
    const answer = document(
      'vpc',
      'forward',
      ['trace-vpc-drop', 'high'],
      ['icmp-unreachable', 'high'],
      ['conntrack-exhausted', 'low'],
    );
    expect(deviations(truth, answer)).toEqual([]);
  });

  it('names a wrong place, a miss and a false alarm', () => {
    expect(deviations(truth, document('dst_node', 'forward', ['netpol-deny', 'medium']))).toEqual([
      'place: dst_node/forward instead of vpc',
      'missing: vpc_drop',
      'false alarm: netpol_deny',
    ]);
  });

  it('does not take a loss on the way back for one on the way there', () => {
    expect(deviations(truth, document('vpc', 'return', ['trace-vpc-drop', 'high']))).toEqual([
      'place: vpc/return instead of vpc',
    ]);
    const back = { ...truth, drop_point: 'return_vpc', accept_drop_points: ['return_vpc'] };
    expect(deviations(back, document('vpc', 'return', ['trace-return-path-drop', 'high']))).toEqual([]);
  });

  it('ignores the direction where nothing was lost', () => {
    const well = { ...truth, expected_findings: [], drop_point: 'none', accept_drop_points: ['none'] };
    expect(deviations(well, document('none', 'none'))).toEqual([]);
  });
});

describe('the table of rules', () => {
  it('turns a plain cause into its rule', () => {
    expect(rulesOf('blackhole_route')).toEqual(['blackhole-route']);
    expect(rulesOf('mtu_blackhole')).toEqual(['mtu-black-hole']);
  });

  it('lists each severe rule once', () => {
    const answer = document(
      'vpc',
      'forward',
      ['b', 'high'],
      ['a', 'medium'],
      ['b', 'critical'],
      ['c', 'info'],
    );
    expect(severeRules(answer)).toEqual(['a', 'b']);
  });
});
