import { describe, expect, it } from 'vitest';
import { captureChecks } from '../../src/facts/capture-checks.js';
import { CHECKS } from '../../src/inspect/index.js';
import { capture, handshake, PSH_ACK, type Row } from '../align/rows.js';
import { context } from './support.js';

const ENDS = '10.0.1.5:40000 > 10.0.2.7:8080';
const BACK = '10.0.2.7:8080 > 10.0.1.5:40000';
const rows: Row[] = [
  ...handshake(0).map((s) => ({ ...s, ends: s.back === true ? BACK : ENDS })),
  ...[10, 300].map((t) => ({ t, ends: ENDS, flags: PSH_ACK, seq: 1001, ack: 501, payload: 500 })),
];

describe('capture_checks', () => {
  it('gives what each check counted, whole and in parts, with examples as evidence', () => {
    const result = captureChecks.compute(context({ captures: [capture('a.pcap', rows)] }));
    expect(result.known).toBe(true);
    const found = result.known ? result.instances.filter((i) => i.fields['check'] === 'retransmission') : [];
    expect(found[0]).toMatchObject({ fields: { file: 'a.pcap', part: null, times: 1 } });
    expect(found.slice(1).reduce((n, i) => n + Number(i.fields['times']), 0)).toBe(1);
    expect(found[0]!.evidence[0]).toMatchObject({ type: 'tcpdump_analyze', file: 'a.pcap' });
    const values = captureChecks.fields['class']!.values;
    for (const { fields } of result.known ? result.instances : []) expect(values).toContain(fields['class']);
  });

  it('is silent about checks that counted nothing, and not known without captures', () => {
    const quiet = captureChecks.compute(context({ captures: [capture('a.pcap', [])] }));
    expect(quiet.known && quiet.instances.some((i) => i.fields['check'] === 'retransmission')).toBe(false);
    expect(captureChecks.compute(context())).toMatchObject({ known: false });
    expect(captureChecks.fields['check']!.values).toEqual(CHECKS.map(({ id }) => id));
  });
});
