import { describe, expect, it } from 'vitest';
import type { AnalysisDocument } from '../../src/model/document.js';
import { analysisEvents } from '../../src/timeline/analysis.js';
import { bucketLength } from '../../src/timeline/density.js';
import { findPivot, pivotAt, windowsAround } from '../../src/timeline/pivot.js';
import { makeTimeline, type Timeline } from '../../src/timeline/timeline.js';
import { timelineText } from '../../src/timeline/render.js';
import { indexLogs, type LogText } from './support.js';

const T = Date.UTC(2024, 4, 17, 9, 0, 0);
const iso = (second: number): string => new Date(T + second * 1000).toISOString();
const zap = (second: number, level: string, msg: string): string =>
  JSON.stringify({ level, ts: iso(second), caller: 'a/b.go:1', msg });
const ALWAYS = { since: null, until: null };
const query = (text: string): { text: string; regex: boolean; ignoreCase: boolean } => ({
  text,
  regex: false,
  ignoreCase: false,
});

/** A line every ten seconds for an hour; something new at 1795 s, the failure at 1800 s, silence from 1810 to 1950 s. */
const ipamd = [
  ...Array.from({ length: 180 }, (_, i) => zap(i * 10, 'debug', `IP pool stats: total ${i}`)),
  zap(1795, 'warn', 'ENI was detached by somebody'),
  zap(1800, 'error', 'connection refused by 10.0.2.7'),
  zap(1810, 'debug', 'IP pool stats: total 9'),
  ...Array.from({ length: 165 }, (_, i) => zap(1950 + i * 10, 'debug', `IP pool stats: total ${i}`)),
].join('\n');
/** As many lines, but forty of them in four seconds. */
const agent = [
  ...Array.from({ length: 60 }, (_, i) => zap(i * 60 + 1, 'info', `reconciled ${i}`)),
  ...Array.from({ length: 40 }, (_, i) => zap(1801 + i / 10, 'info', `Verdict DENY ${i}`)),
]
  .sort((a, b) => (a.slice(20) < b.slice(20) ? -1 : 1))
  .join('\n');
/** A log that begins within the window: all its patterns are new, which says nothing. */
const fresh = [zap(1700, 'info', 'starting up'), zap(1705, 'info', 'ready')].join('\n');

const LOGS: readonly LogText[] = [
  { name: 'var_log/aws-routed-eni/ipamd.log', source: 'ipamd', text: ipamd },
  { name: 'var_log/aws-routed-eni/network-policy-agent.log', source: 'network-policy-agent', text: agent },
  { name: 'var_log/pods/fresh.log', source: 'other-pod', text: fresh },
  { name: 'docker/docker.log', source: 'other', text: 'no times in here\n' },
  { name: 'var_log/messages', source: 'messages', text: 'May 17 09:29:59 host kernel: eth0: link down\n' },
  { name: 'networking/ip.txt', source: null, text: 'connection refused\n' },
];

async function around(text: string, limit = 200): Promise<Timeline> {
  const index = await indexLogs(LOGS);
  try {
    const pivot = await findPivot(index, query(text), 300_000, ALWAYS);
    return makeTimeline(index, pivot, { limit, document: null, collectedAt: () => T + 3_600_000 });
  } finally {
    await index.close();
  }
}

describe('timeline', () => {
  it('stands around the match that has a time, in one order over all logs', async () => {
    const t = await around('"connection refused"');
    expect(t.pivot).toMatchObject({
      matches: 2,
      times: [T + 1_800_000],
      windows: [{ from: T + 1_500_000, to: T + 2_100_000 }],
      cut: false,
    });
    const times = t.events.map(({ time }) => time);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(t.events.find(({ kind }) => kind === 'pivot')).toMatchObject({
      file: 'var_log/aws-routed-eni/ipamd.log',
      line: 182,
      level: 'error',
    });
    // The journal's header has seconds and neither year nor zone: it falls where UTC and the year of collection put it.
    expect(t.events.find(({ file }) => file === 'var_log/messages')).toMatchObject({ time: T + 1_799_000 });
    expect(t.events.reduce((sum, { count }) => sum + count, 0) + t.leftOut).toBe(t.lines);
  });

  it('names what changed before the pivot, and not the beginnings of logs', async () => {
    const { changes } = await around('"connection refused"');
    expect(changes.map(({ text }) => (JSON.parse(text) as { msg: string }).msg)).toEqual([
      'ENI was detached by somebody',
      'connection refused by 10.0.2.7',
    ]);
  });

  it('tells silences and bursts', async () => {
    const { gaps, bursts } = await around('"connection refused"');
    expect(gaps.filter(({ file }) => file.includes('ipamd'))).toEqual([]);
    expect(bursts).toHaveLength(1);
    expect(bursts[0]).toMatchObject({
      file: 'var_log/aws-routed-eni/network-policy-agent.log',
      from: T + 1_800_000,
      lines: 41,
    });
    const longer = await indexLogs([
      {
        ...LOGS[0]!,
        text: [
          ...Array.from({ length: 3000 }, (_, i) => zap(i, 'debug', 'tick')),
          zap(3060, 'debug', 'tick'),
          zap(3061, 'debug', 'tick'),
        ].join('\n'),
      },
    ]);
    const t = makeTimeline(longer, pivotAt(T + 3_000_000, 300_000), {
      limit: 10,
      document: null,
      collectedAt: () => T + 3_200_000,
    });
    await longer.close();
    expect(t.gaps).toEqual([
      {
        node: 'node-a',
        file: 'var_log/aws-routed-eni/ipamd.log',
        from: T + 2_999_000,
        to: T + 3_060_000,
        ends: false,
      },
      {
        node: 'node-a',
        file: 'var_log/aws-routed-eni/ipamd.log',
        from: T + 3_061_000,
        to: T + 3_200_000,
        ends: true,
      },
    ]);
  });

  it('says which logs have no usable time, and what was taken for granted', async () => {
    const { untimed, assumed } = await around('"connection refused"');
    expect(untimed).toEqual([{ node: 'node-a', file: 'docker/docker.log', note: 'its lines have no times' }]);
    expect(assumed.map(({ file, note }) => `${file}: ${note.slice(0, 24)}`)).toEqual([
      'var_log/messages: its lines have no year: ',
      'var_log/messages: nothing tells its time z',
    ]);
  });

  it('keeps the pivot when few events may be shown, and counts what is left out', async () => {
    const t = await around('"connection refused"', 2);
    expect(t.events.map(({ kind, isNew }) => [kind, isNew])).toEqual([
      ['log', true],
      ['pivot', true],
    ]);
    expect(t.leftOut).toBe(t.lines - 2);
    const text = timelineText(t, '"connection refused"', { color: false, width: 100 });
    expect(text).toContain('[warn] ENI was detached by somebody');
    expect(text).toContain('more lines of lesser weight');
  });

  it('says so when nothing matches', async () => {
    const t = await around('nonesuch');
    expect(t.events).toEqual([]);
    expect(timelineText(t, 'nonesuch', { color: false, width: 100 })).toMatch(/^Nothing matches the pivot\./);
  });
});

describe('windows', () => {
  it('joins matches that are near, and stops after three windows', () => {
    expect(windowsAround([0, 50, 1000], 100)).toEqual({
      times: [0, 1000],
      windows: [
        { from: -100, to: 150 },
        { from: 900, to: 1100 },
      ],
      cut: false,
    });
    expect(windowsAround([0, 1000, 2000, 3000], 100)).toMatchObject({ times: [0, 1000, 2000], cut: true });
  });

  it('has about sixty round buckets', () => {
    expect(bucketLength([{ from: 0, to: 600_000 }])).toBe(10_000);
    expect(bucketLength([{ from: 0, to: 120_000 }])).toBe(2000);
  });
});

describe('events of the analysis', () => {
  it('places findings at their evidence, and flows at their first packet', () => {
    const document = {
      findings: [
        { id: 'F-001', rule: 'connection-refused', severity: 'high', title: 'Refused', evidence: ['E-001'] },
        { id: 'F-002', rule: 'mtu-mismatch', severity: 'low', title: 'MTU', evidence: ['E-002'] },
      ],
      evidence: [
        { id: 'E-001', node: 'node-a', file: 'x.log', line: 3, time: iso(10), content: 'refused' },
        { id: 'E-002', node: 'node-a', file: 'y.txt', line: 1, time: null, content: 'mtu' },
      ],
      flows: [
        {
          protocol: 'tcp',
          src: '10.0.1.9:40000',
          dst: '10.0.2.7:80',
          verdict: 'rejected',
          reason: 'rst',
          explanation: 'refused',
          points: { dst_veth: { first: iso(12) }, src_veth: { first: iso(11) } },
        },
        {
          protocol: 'tcp',
          src: '10.0.1.9:40001',
          dst: '10.0.2.7:80',
          verdict: 'delivered',
          reason: 'answered',
          explanation: 'fine',
          points: { src_veth: { first: iso(9) } },
        },
        {
          protocol: 'tcp',
          src: '10.0.1.9:40002',
          dst: '10.0.2.7:80',
          verdict: 'dropped',
          reason: 'not-seen-beyond',
          explanation: 'lost',
          points: { src_veth: { first: iso(999) } },
        },
      ],
    } as unknown as AnalysisDocument;
    const { events, elsewhere } = analysisEvents(document, [{ from: T, to: T + 60_000 }]);
    expect(events.map(({ kind, time, text }) => [kind, time - T, text.split(':')[0]])).toEqual([
      ['finding', 10_000, 'F-001 connection-refused'],
      ['capture', 11_000, 'reset'],
    ]);
    expect(elsewhere).toEqual(['F-002 mtu-mismatch: MTU']);
  });
});
