import { describe, expect, it } from 'vitest';
import { YearTurns } from '../../src/logs/clock.js';
import { COLLECTED, iso, recordsOf, scanText, sourceFile } from './helpers.js';

async function times(
  lines: readonly string[],
  options: Parameters<typeof recordsOf>[2] = {},
): Promise<unknown[]> {
  const records = await recordsOf(lines.join('\n'), 'mark', { source: 'kubelet', ...options });
  return records.map((record) => iso(record.time)?.slice(0, 19) ?? null);
}

describe('years of lines that have none', () => {
  it('turn back over New Year, with a straggler', async () => {
    const lines = [
      'Dec 30 10:00:00 host kubelet[1]: mark',
      'Dec 31 23:59:58 host kubelet[1]: mark',
      'Jan 01 00:00:01 host kubelet[1]: mark',
      'Dec 31 23:59:59 host kubelet[1]: mark',
      'Jan 01 00:00:02 host kubelet[1]: mark',
      'Jan 02 00:00:02 host kubelet[1]: mark',
    ];
    expect(await times(lines, { collectedAt: Date.UTC(2024, 0, 2, 12) })).toEqual([
      '2023-12-30T10:00:00',
      '2023-12-31T23:59:58',
      '2024-01-01T00:00:01',
      '2023-12-31T23:59:59',
      '2024-01-01T00:00:02',
      '2024-01-02T00:00:02',
    ]);
  });

  it('are found right when first and last line hide two turns', async () => {
    const lines = ['Mar 01', 'Dec 31', 'Jan 01', 'Dec 31', 'Jan 02', 'Apr 01'].map(
      (day) => `${day} 10:00:00 host containerd[1]: mark`,
    );
    // Between the first 1 January and the second 31 December a quiet year: taken as a straggler, so only one turn.
    const filled = [...lines.slice(0, 3), 'Jul 01 10:00:00 host containerd[1]: mark', ...lines.slice(3)];
    expect(await times(filled, { collectedAt: Date.UTC(2024, 3, 2) })).toEqual([
      '2022-03-01T10:00:00',
      '2022-12-31T10:00:00',
      '2023-01-01T10:00:00',
      '2023-07-01T10:00:00',
      '2023-12-31T10:00:00',
      '2024-01-02T10:00:00',
      '2024-04-01T10:00:00',
    ]);
  });

  it('do not turn for lines out of order by days, as where a journal was written twice', async () => {
    const lines = ['May 07', 'May 17', 'May 07', 'May 17'].map(
      (day) => `${day} 09:00:00 host kubelet[1]: mark`,
    );
    expect(await times(lines)).toEqual([
      '2024-05-07T09:00:00',
      '2024-05-17T09:00:00',
      '2024-05-07T09:00:00',
      '2024-05-17T09:00:00',
    ]);
  });

  it('are bound by a 29 February', async () => {
    const lines = ['Feb 28', 'Feb 29', 'Mar 01'].map((day) => `${day} 10:00:00 host kubelet[1]: mark`);
    expect(await times(lines, { collectedAt: Date.UTC(2026, 4, 1) })).toEqual([
      '2024-02-28T10:00:00',
      '2024-02-29T10:00:00',
      '2024-03-01T10:00:00',
    ]);
  });

  it('come from a stamp in the line where it has one', async () => {
    const lines = [
      'May 17 09:31:21 host containerd[1]: mark',
      'May 17 09:31:22 host containerd[1]: time="2022-05-17T09:31:22.5Z" level=info msg="mark"',
    ];
    expect(await times(lines)).toEqual(['2022-05-17T09:31:21', '2022-05-17T09:31:22']);
  });

  it('are bound by the time of the file where that of the collection is not known', async () => {
    const text = 'I1105 10:00:00.000000       1 server.go:69] mark\n';
    const file = sourceFile('var_log/kube-proxy.log', text, { mtime: Date.UTC(2021, 10, 6) });
    const first = async (collectedAt: number | null): Promise<unknown> => {
      const scan = await scanText('', { file, source: 'kube-proxy', queries: ['mark'], collectedAt });
      return iso(scan.matches[0]?.first);
    };
    expect(await first(null)).toBe('2021-11-05T10:00:00.000Z');
    expect(await first(COLLECTED)).toBe('2023-11-05T10:00:00.000Z');
  });

  it('stay open when nothing tells', async () => {
    const line = 'May 17 09:31:21 host kubelet[1]: mark';
    const [record] = await recordsOf(line, 'mark', { source: 'kubelet', collectedAt: null });
    expect(record).toMatchObject({ time: null, timeNotes: [], message: 'mark' });
  });
});

describe('zone of lines that have none', () => {
  const line = 'May 17 11:31:21 host kubelet[1]: mark';

  it.each([
    [
      '-- Logs begin at Mon 2024-05-06 12:12:33 CEST, end at Fri 2024-05-17 11:31:22 CEST. --',
      '2024-05-17T09:31:21',
    ],
    [
      '-- Journal begins at Mon 2024-05-06 10:12:33 UTC, ends at Fri 2024-05-17 09:31:22 UTC. --',
      '2024-05-17T11:31:21',
    ],
    [
      '-- Journal begins at Mon 2024-05-06 12:12:33 -0330, ends at Fri 2024-05-17 11:31:22 -0330. --',
      '2024-05-17T15:01:21',
    ],
  ])('is that of the header %s', async (header, time) => {
    const options = { source: 'kubelet', zoneOffset: 540 } as const;
    const [record] = await recordsOf(`${header}\n${line}\n`, 'mark', options);
    expect(iso(record!.time)?.slice(0, 19)).toBe(time);
    expect(record!.timeNotes).toEqual(['year-inferred']);
  });

  it('is not guessed from an abbreviation of several zones', async () => {
    const header = '-- Logs begin at Mon 2024-05-06 12:12:33 CST, end at Fri 2024-05-17 11:31:22 CST. --';
    const [record] = await recordsOf(`${header}\n${line}\n`, 'mark', { source: 'kubelet' });
    expect(record!.timeNotes).toEqual(['year-inferred', 'zone-assumed']);
  });

  it('is found by stamps within lines, also over midnight', async () => {
    const lines = [
      'May 17 01:31:22 host containerd[1]: time="2024-05-16T20:01:22.1Z" level=info msg="a"',
      'May 17 01:31:23 host containerd[1]: mark',
    ];
    const [record] = await recordsOf(lines.join('\n'), 'mark', { source: 'containerd' });
    expect([iso(record!.time), record!.timeNotes]).toEqual([
      '2024-05-16T20:01:23.000Z',
      ['year-inferred', 'zone-inferred'],
    ]);
  });

  it('comes from the node when the file does not tell, else UTC is assumed and said', async () => {
    const [record] = await recordsOf(line, 'mark', { source: 'kubelet', zoneOffset: 120 });
    expect([iso(record!.time), record!.timeNotes]).toEqual([
      '2024-05-17T09:31:21.000Z',
      ['year-inferred', 'zone-inferred'],
    ]);
    const [assumed] = await recordsOf(line, 'mark', { source: 'kubelet' });
    expect(assumed!.timeNotes).toEqual(['year-inferred', 'zone-assumed']);
  });
});

describe('YearTurns', () => {
  it('counts no turn for a gap of months, and remembers a 29 February', () => {
    const turns = new YearTurns();
    for (const [month, day] of [
      [1, 5],
      [2, 29],
      [9, 1],
      [1, 2],
    ] as const)
      turns.see(month, day);
    expect([turns.count, turns.leapAt]).toEqual([1, 0]);
  });
});
