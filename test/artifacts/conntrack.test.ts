import { describe, expect, it } from 'vitest';
import {
  isTranslated,
  MAX_PLAIN_ENTRIES,
  parseConntrack,
  parseConntrackLine,
} from '../../src/artifacts/conntrack.js';
import { CONNTRACK } from './samples.js';

const loc = { file: 'f', line: 1 };

describe('conntrack', () => {
  it('sums the statistics over CPUs and cites the last line that added to them', () => {
    const { stats } = parseConntrack(CONNTRACK.split('\n'), 'f').value;
    expect(stats.get('insert_failed')).toEqual({ value: 7, loc: { file: 'f', line: 3 } });
    expect(stats.get('drop')).toEqual({ value: 5, loc: { file: 'f', line: 2 } });
    expect(stats.get('found')?.value).toBe(100);
  });

  it('reads states, flags, marks, NAT and ICMP', () => {
    const { value } = parseConntrack(CONNTRACK.split('\n'), 'f');
    expect(value.count).toBe(4);
    expect(value.entries[0]).toEqual({
      proto: 'tcp',
      state: 'ESTABLISHED',
      original: { src: '10.0.1.9', dst: '172.20.0.10', sport: 43211, dport: 53 },
      reply: { src: '10.0.2.7', dst: '10.0.1.9', sport: 53, dport: 43211 },
      flags: ['ASSURED'],
      mark: 128,
      loc: { file: 'f', line: 5 },
    });
    expect(value.entries[1]).toMatchObject({ proto: 'udp', state: null, flags: ['UNREPLIED'] });
    expect(value.entries[2]!.original).toEqual({ src: '10.0.1.9', dst: '10.0.2.7', sport: 4023, dport: 0 });
    expect(value.entries.map(isTranslated)).toEqual([true, false, false, true]);
  });

  it('lets the last of two runs count, with the line numbers of the file', () => {
    const second = CONNTRACK.split('\n').slice(0, 5).join('\n') + '\n';
    const { value } = parseConntrack((CONNTRACK + second).split('\n'), 'f');
    expect(value.count).toBe(1);
    expect(value.entries[0]!.loc.line).toBe(13);
    expect(value.stats.get('insert_failed')?.value).toBe(7);
  });

  it('counts what it does not keep', () => {
    const line = CONNTRACK.split('\n')[5]!;
    const many = Array.from({ length: MAX_PLAIN_ENTRIES + 5 }, () => line);
    const nat = CONNTRACK.split('\n')[4]!;
    const parsed = parseConntrack([...many, nat], 'f');
    expect(parsed.value.count).toBe(MAX_PLAIN_ENTRIES + 6);
    expect(parsed.value.entries.length).toBe(MAX_PLAIN_ENTRIES + 1);
    expect(parsed.note).toBe(`5 of ${MAX_PLAIN_ENTRIES + 6} entries were counted but not kept`);
  });

  it('sees a listing that its timeout cut', () => {
    expect(parseConntrack(CONNTRACK.trimEnd().slice(0, -30).split('\n'), 'f').truncated).toBe(true);
    expect(parseConntrack(CONNTRACK.split('\n'), 'f').truncated).toBe(false);
  });

  it('is empty, and understood, when only the headers are there', () => {
    const parsed = parseConntrack(['*** Output of conntrack -L -f ipv6 ***', ''], 'f');
    expect(parsed).toMatchObject({ understood: 1, notUnderstood: 0, value: { count: 0 } });
  });

  it('reads the extended form, offloaded flows and IPv6', () => {
    const line =
      'ipv6     10 tcp      6 86392 ESTABLISHED src=2600:1f13::9 dst=fd00::a sport=43211 dport=443 src=2600:1f13::7 dst=2600:1f13::9 sport=8443 dport=43211 [OFFLOAD] mark=0 zone=1 use=2';
    const entry = parseConntrackLine(line, loc)!;
    expect(entry).toMatchObject({
      proto: 'tcp',
      flags: ['OFFLOAD'],
      reply: { src: '2600:1f13::7', sport: 8443 },
    });
    expect(isTranslated(entry)).toBe(true);
  });

  it.each([
    'conntrack v1.4.4 (conntrack-tools): Operation failed: Permission denied',
    'tcp 6 src=10.0.1.9',
    'tcp 6 9 ESTABLISHED src=nonsense dst=10.0.0.1 src=10.0.0.1 dst=nonsense',
  ])('does not take %j for an entry', (line) => {
    expect(parseConntrackLine(line, loc)).toBeNull();
  });
});
