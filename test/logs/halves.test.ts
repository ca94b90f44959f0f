/** A large log is read in halves: both together tell exactly what the whole does, or say that they cannot. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import { joinHalves } from '../../src/logs/halves.js';
import { scanLogs } from '../../src/logs/scan.js';
import { WORTH_HALVES } from '../../src/logs/seam.js';
import { scanLogFile } from '../../src/logs/task.js';
import type { LogFileScan, LogFileTask } from '../../src/logs/types.js';
import type { LogSource } from '../../src/model/logs.js';
import { bundleOf, COLLECTED, query, sourceFile } from './helpers.js';
import { clock, LINES } from './log-lines.js';

/** Line `n` of each kind. */
const KINDS: Readonly<Record<string, (n: number) => string>> = {
  ...LINES,
  zap: (n) =>
    `{"level":"${n % 5 === 0 ? 'error' : 'info'}","ts":"2024-05-17T${clock(n)}.000Z","caller":"a/b.go:1","msg":"mark ${n}"}`,
  other: (n) => `{"level":"debug","ts":"2024-05-17T${clock(n)}.500Z","caller":"a/b.go:2","msg":"nothing"}`,
  journal: (n) => `May 16 ${clock(n)} ip-10-0-1-5 kubelet[12]: mark of the journal ${n}`,
  kernel: (n) => `May 16 ${clock(n)} ip-10-0-1-5 kernel: mark of the kernel ${n}`,
  bare: (n) => `mark without a time ${n}`,
  tab: (n) => `\tat mark.go:${n}`,
  empty: () => '',
};

function taskOf(text: string, source: LogSource, byTag: boolean, maxRecords: number): LogFileTask {
  return {
    node: 'i-0a1b2c3d4e5f67890',
    file: sourceFile('some.log', text),
    source,
    ...(byTag ? { byTag } : {}),
    queries: [
      query('mark', [source, 'kubelet', 'kernel']),
      query('m.rk [0-9]+', [source]),
      query('nothing|half of a mark \\d+end', [source]),
      query('(?P<n>mark \\d)', [source, 'kubelet'], { levels: ['error', 'fatal'] }),
    ],
    collectedAt: COLLECTED,
    podIps: ['10.0.1.9'],
    bootTime: null,
    limits: { ...DEFAULT_LIMITS, maxRecords },
  };
}

async function inHalves(task: LogFileTask, at: number): Promise<LogFileScan | null> {
  const one = await scanLogFile({ ...task, part: { half: 'first', at } });
  const other = await scanLogFile({ ...task, part: { half: 'second', at } });
  return joinHalves(task, one, other);
}

const textOf = (kinds: readonly string[]): string => kinds.map((kind, n) => KINDS[kind]!(n)).join('\n');
const many = (count: number, ...kinds: string[]): string[] =>
  Array.from({ length: count }, (_, i) => kinds[i % kinds.length]!);

describe('the halves of a log', () => {
  it.each([
    ['of zap', 'ipamd', many(500, 'zap', 'other', 'zap', 'tab')],
    ['of a journal', 'kubelet', many(500, 'journal', 'journal', 'bare')],
    ['of a journal of all units', 'messages', many(500, 'journal', 'kernel', 'kernel', 'bare')],
    ['of verdicts', 'network-policy-agent', many(500, 'verdict', 'verdict', 'other')],
    ['of pieces', 'pod', many(500, 'part', 'full')],
  ] as const)('tell together what the whole tells: %s', async (_, source, kinds) => {
    for (const maxRecords of [5, 300, 10_000]) {
      const task = taskOf(textOf(kinds), source as LogSource, source === 'messages', maxRecords);
      const whole = await scanLogFile(task);
      // Where a record lies over the middle, the next line may do.
      const joined = [
        await inHalves(task, Math.floor(task.file.size / 2)),
        await inHalves(task, Math.floor(task.file.size / 2) + 80),
      ];
      expect(joined.some((scan) => scan !== null)).toBe(true);
      for (const scan of joined) if (scan !== null) expect(scan).toEqual(whole);
    }
  });

  it('never tell anything else, whatever lies at the seam', async () => {
    const kind = fc.constantFrom(...Object.keys(KINDS));
    await fc.assert(
      fc.asyncProperty(
        fc.array(kind, { minLength: 3, maxLength: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom<LogSource>('ipamd', 'kubelet', 'network-policy-agent', 'messages'),
        fc.constantFrom(3, 1000),
        async (kinds, place, source, maxRecords) => {
          const task = taskOf(textOf(kinds), source, source === 'messages', maxRecords);
          const joined = await inHalves(task, Math.floor(task.file.size * place));
          if (joined !== null) expect(joined).toEqual(await scanLogFile(task));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('cannot be joined over a dump, a record in pieces, or a turn of the year', async () => {
    const at = (kinds: readonly string[]): Promise<LogFileScan | null> => {
      const task = taskOf(textOf(kinds), 'kubelet', false, 1000);
      return inHalves(task, textOf(kinds.slice(0, kinds.length / 2)).length);
    };
    expect(await at(many(40, 'zap'))).not.toBe(null);
    expect(await at([...many(20, 'zap'), 'dump', 'bare', 'bare', ...many(19, 'zap')])).toBe(null);
    expect(await at([...many(20, 'part'), 'zap', 'zap', ...many(18, 'zap')])).toBe(null);
    expect(await at([...many(20, 'oldYear'), ...many(20, 'newYear')])).toBe(null);
  });

  it('are read by a task each, and the whole again where they cannot be joined', async () => {
    const line = (n: number): string => KINDS[n % 1000 === 0 ? 'zap' : 'other']!(n);
    const block = Array.from({ length: 4000 }, (_, n) => line(n)).join('\n');
    const name = 'var_log/aws-routed-eni/ipamd.log';
    const text = Array.from({ length: Math.ceil(WORTH_HALVES / block.length) }, () => block).join('\n');
    const asked: (string | null)[] = [];
    const scan = (run: (task: LogFileTask) => Promise<LogFileScan>): Promise<unknown> =>
      scanLogs([bundleOf({ [name]: text })], [query('mark', ['ipamd'])], run, { limits: DEFAULT_LIMITS });
    const joined = await scan((task) => {
      asked.push(task.part?.half ?? null);
      return scanLogFile(task);
    });
    expect(asked).toEqual(['first', 'second']);
    const whole = await scan(async (task) => {
      asked.push(task.part?.half ?? null);
      const found = await scanLogFile(task);
      return task.part === undefined ? found : { ...found, seam: null };
    });
    expect(asked.slice(2)).toEqual(['first', 'second', null]);
    expect(joined).toEqual(whole);
  });
});
