import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import { scanLogs } from '../../src/logs/scan.js';
import { scanLogFile } from '../../src/logs/task.js';
import type { LogFileScan, LogFileTask } from '../../src/logs/types.js';
import { bundleOf, iso, query } from './helpers.js';

const zap = (second: number, message: string): string =>
  `{"level":"info","ts":"2024-05-17T09:31:${String(second).padStart(2, '0')}.000Z","caller":"a/b.go:1","msg":"${message}"}\n`;
const flow = (verdict: string, sport: number, dport = 5432): string =>
  `Flow Info: Src IP: 10.0.1.9 Src Port: ${sport} Dest IP: 10.0.2.7 Dest Port: ${dport} Proto TCP Verdict ${verdict} Direction egress`;
const AGENT = 'var_log/aws-routed-eni/network-policy-agent';

const first = bundleOf({
  'var_log/aws-routed-eni/ipamd-2024-05-17T09-31-10.000.log': zap(1, 'mark one') + zap(9, 'mark two'),
  'var_log/aws-routed-eni/ipamd.log': zap(20, 'mark three'),
  'kubelet/kubelet.log': 'May 17 09:31:15 host kubelet[1]: mark between\n',
  [`${AGENT}.log`]: zap(5, flow('ACCEPT', 40_001)) + zap(7, flow('DENY', 40_003)),
  [`${AGENT}-2024-05-17T09-31-04.000.log`]: zap(1, flow('DENY', 40_001)) + zap(3, flow('DENY', 40_002)),
  'kernel/dmesg.current': '[    1.000000] mark of the kernel\n',
  'kernel/dmesg.human.current': '[Fri May 17 09:00:01 2024] mark of the kernel\n',
});
const second = {
  ...bundleOf({ 'kubelet/kubelet.log': 'May 17 09:31:16 host kubelet[1]: mark elsewhere\n' }),
  id: 'i-2',
};
const queries = [query('mark', ['ipamd', 'kubelet', 'kernel']), query('never', ['ipamd'])];
const options = { limits: DEFAULT_LIMITS };

describe('scanLogs', () => {
  it('merges the answers of all files of a node in time', async () => {
    const scan = await scanLogs([first, second], queries, scanLogFile, options);
    const [one, other] = scan.matches.get('mark')!;
    expect(one).toMatchObject({ queryId: 'mark', count: 5, cut: false });
    expect(one!.records.map((record) => [record.message, iso(record.time)])).toEqual([
      ['mark of the kernel', '2024-05-17T09:00:01.000Z'],
      ['mark one', '2024-05-17T09:31:01.000Z'],
      ['mark two', '2024-05-17T09:31:09.000Z'],
      ['mark between', '2024-05-17T09:31:15.000Z'],
      ['mark three', '2024-05-17T09:31:20.000Z'],
    ]);
    expect([iso(one!.first), iso(one!.last)]).toEqual([
      '2024-05-17T09:00:01.000Z',
      '2024-05-17T09:31:20.000Z',
    ]);
    expect(other!.records.map((record) => [record.node, record.message])).toEqual([
      ['i-2', 'mark elsewhere'],
    ]);
    expect(scan.matches.get('never')).toEqual([]);
    expect(scan.problems).toBeUndefined();
  });

  it('asks once what several conditions ask, and answers each', async () => {
    const alike = [...queries, query('mark', ['ipamd', 'kubelet', 'kernel'], { id: 'again' })];
    const asked = new Set<string>();
    const scan = await scanLogs(
      [first],
      alike,
      (task) => {
        for (const { id } of task.queries) asked.add(id);
        return scanLogFile(task);
      },
      options,
    );
    expect([...asked].sort()).toEqual(['mark', 'never']);
    expect([...scan.matches.keys()]).toEqual(['mark', 'never', 'again']);
    const [one] = scan.matches.get('mark')!;
    expect(scan.matches.get('again')).toEqual([{ ...one, queryId: 'again' }]);
  });

  it('keeps the first and the last half of the records', async () => {
    const scan = await scanLogs([first], queries, scanLogFile, {
      limits: { ...DEFAULT_LIMITS, maxRecords: 3 },
    });
    const [match] = scan.matches.get('mark')!;
    expect([match!.count, match!.cut, match!.records.map((record) => record.message)]).toEqual([
      5,
      true,
      ['mark of the kernel', 'mark one', 'mark three'],
    ]);
  });

  it('sums up verdicts over rotated files, with their first and last line', async () => {
    const { verdicts } = await scanLogs([first], queries, scanLogFile, options);
    expect(verdicts.map((v) => [v.verdict, v.count, v.sports, v.sport, v.returnTraffic])).toEqual([
      ['DENY', 3, [40_001, 40_002, 40_003], null, false],
      ['ACCEPT', 1, [40_001], null, false],
    ]);
    const [deny] = verdicts;
    expect(deny!.records.map((record) => [record.file, record.line, record.message])).toEqual([
      [`${AGENT}-2024-05-17T09-31-04.000.log`, 1, flow('DENY', 40_001)],
      [`${AGENT}.log`, 2, flow('DENY', 40_003)],
    ]);
    expect(deny!.records[1]!.text).toBe(zap(7, flow('DENY', 40_003)).trimEnd());
    expect([iso(deny!.first), iso(deny!.last)]).toEqual([
      '2024-05-17T09:31:01.000Z',
      '2024-05-17T09:31:07.000Z',
    ]);
  });

  it('takes only the window asked for', async () => {
    const since = Date.UTC(2024, 4, 17, 9, 31, 6);
    const scan = await scanLogs([first], queries, scanLogFile, { ...options, since, until: since + 10_000 });
    expect(scan.matches.get('mark')![0]!.records.map((record) => record.message)).toEqual([
      'mark two',
      'mark between',
    ]);
    expect(scan.verdicts.map((v) => [v.verdict, v.count])).toEqual([['DENY', 1]]);
  });

  it('gives the same whatever order tasks finish in, with values that cross workers', async () => {
    const slow = async (task: LogFileTask): Promise<LogFileScan> => {
      const result = await scanLogFile(structuredClone(task));
      await new Promise((resolve) => setTimeout(resolve, task.file.size % 7));
      return structuredClone(result);
    };
    const [a, b] = [
      await scanLogs([first, second], queries, slow, options),
      await scanLogs([first, second], queries, scanLogFile, options),
    ];
    expect(JSON.stringify([a, [...a.matches]])).toBe(JSON.stringify([b, [...b.matches]]));
  });

  it('names a file that cannot be read, without a path of this machine, and goes on', async () => {
    const broken = bundleOf({
      'kubelet/kubelet.log': 'May 17 09:31:15 host kubelet[1]: mark\n',
      'var_log/messages': 'x',
    });
    const gone = { ...broken.files.get('var_log/messages')!, spool: '/nonexistent/messages' };
    const bundle = { ...broken, files: new Map([...broken.files, ['var_log/messages', gone]]) };
    const scan = await scanLogs([bundle], queries, scanLogFile, options);
    expect(scan.problems).toMatchObject([
      { code: 'E_UNREADABLE', subject: 'var_log/messages', message: 'The log could not be read: ENOENT.' },
    ]);
    expect(scan.files.map((file) => file.source)).toEqual(['kubelet']);
    expect(scan.matches.get('mark')![0]!.count).toBe(1);
  });
});
