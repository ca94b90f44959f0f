/** A log of which an index knows what to look at: what is found is what reading all of it finds. */
import { openSync, writeSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { knownBlocks } from '../../src/index-store/known-blocks.js';
import { knownBy } from '../../src/index-store/kept.js';
import indexFiles from '../../src/index-store/task.js';
import type { FileIndex } from '../../src/index-store/types.js';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import { needlesIn } from '../../src/logs/asked.js';
import type { KnownBlocks } from '../../src/logs/known-scan.js';
import { scanLogFile } from '../../src/logs/task.js';
import type { LogFileTask } from '../../src/logs/types.js';
import type { LogSource } from '../../src/model/logs.js';
import { COLLECTED, query, sourceFile } from './helpers.js';
import { clock, LINES } from './log-lines.js';

const words =
  'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore';

/** Lines that nobody asks about, in the numbers of real logs. */
const FILL: Readonly<Record<string, (n: number) => string>> = {
  zap: (n) =>
    `{"level":"debug","ts":"2024-05-17T${clock(n)}.500Z","caller":"a/b.go:2","msg":"nothing ${n} of ${n % 200}: ${words}"}`,
  journal: (n) => `May 16 ${clock(n)} ip-10-0-1-5 kubelet[12]: nothing ${n} ${words}`,
  klog: (n) =>
    `I0517 ${clock(n)}.123456    2134 tracker.go:104] "Observed ${n}" pod="shop/cart-${n % 50}" ${words}`,
  bare: (n) => `  nothing at line ${n}, ${words}`,
  cri: (n) => `2024-05-17T${clock(n)}.123456789Z stdout F nothing ${n} ${words}`,
};

/** Lines that are looked at, and those that change how others are read. */
const TOLD: Readonly<Record<string, (n: number) => string>> = {
  ...LINES,
  mark: (n) => `{"level":"error","ts":"2024-05-17T${clock(n)}.000Z","caller":"a/b.go:1","msg":"mark ${n}"}`,
  journalMark: (n) => `May 16 ${clock(n)} ip-10-0-1-5 kubelet[12]: MARK of the journal ${n}`,
  bareMark: (n) => `mark without a time ${n}`,
  tabMark: (n) => `\tat mark.go:${n}`,
  blockMark: (n) => `  mark of a block ${n}`,
  klogError: (n) => `E0517 ${clock(n)}.123456    2134 tracker.go:104] it broke ${n}`,
  klogMark: (n) => `W0517 ${clock(n)}.123456    2134 tracker.go:104] mark ${n}`,
  escaped: (n) =>
    `{"level":"info","ts":"2024-05-17T${clock(n)}.000Z","caller":"a/b.go:1","msg":"\\u006dark ${n}"}`,
  variant: (n) => `${n} a thing of \u212aelvin and ſort`,
  address: (n) => `May 16 ${clock(n)} ip-10-0-1-5 kubelet[12]: to 10.0.9.7:${n} and i/o timeout`,
  long: (n) => `${n} ${'long '.repeat(14_000)}`,
  empty: () => '',
};

function taskOf(text: string | Buffer, source: LogSource): LogFileTask {
  return {
    node: 'node-a',
    file: sourceFile('some.log', text),
    source,
    queries: [
      query('mark', [source]),
      query('(?i)kelvin', [source]),
      query('m.rk [0-9]+|Broke', [source]),
      query('10\\.0\\.9\\.7', [source]),
      query('(?P<n>mark \\d)', [source], { levels: ['error', 'fatal'] }),
    ],
    collectedAt: COLLECTED,
    podIps: ['10.0.1.9'],
    bootTime: null,
    limits: { ...DEFAULT_LIMITS, maxRecords: 20 },
    patterns: true,
  };
}

async function indexOf({ node, file, source, collectedAt, limits }: LogFileTask): Promise<FileIndex> {
  const folder = mkdtempSync(join(tmpdir(), 'known-test-'));
  try {
    const clock = { bootTime: null, zoneOffset: null };
    const files = [{ node, file, source, pod: null, collectedAt, clock }];
    const { files: built } = await indexFiles({ files, part: 0, textPath: join(folder, 'text-0'), limits });
    return built[0]!.file;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function known(task: LogFileTask, file?: FileIndex): Promise<KnownBlocks | null> {
  return knownBlocks(file ?? (await indexOf(task)), needlesIn(task)!, task.limits.maxLineLength);
}

const fill = (kind: string, count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, i) => FILL[kind]!(from + i));

describe('a log that an index knows', () => {
  it('tells what reading all of it tells, whatever stands in it', async () => {
    const told = fc.array(fc.constantFrom(...Object.keys(TOLD)), { minLength: 1, maxLength: 5 });
    const part = fc.record({
      kind: fc.constantFrom(...Object.keys(FILL)),
      count: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1500, max: 6000 })),
      told,
    });
    let used = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { minLength: 1, maxLength: 5 }),
        fc.constantFrom<LogSource>('ipamd', 'kubelet', 'network-policy-agent', 'kernel', 'other-pod'),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        async (parts, source, lineEnd, bom) => {
          let n = 0;
          const lines = parts.flatMap(({ kind, count, told: own }) => [
            ...fill(kind, count, (n += 1000)),
            ...own.map((one) => TOLD[one]!(n++)),
          ]);
          const task = taskOf((bom ? '\ufeff' : '') + lines.join(lineEnd), source);
          const blocks = await known(task);
          if (blocks === null) return;
          used++;
          expect(await scanLogFile({ ...task, known: blocks })).toEqual(await scanLogFile(task));
        },
      ),
      { numRuns: 100 },
    );
    expect(used).toBeGreaterThan(20);
  }, 120_000);

  it('is not read where the index rules lines out', async () => {
    const lines = [...fill('zap', 3000), TOLD['mark']!(1), ...fill('zap', 3000)];
    const task = taskOf(lines.join('\n'), 'ipamd');
    const blocks = (await known(task))!;
    expect([...blocks.wanted].filter((one) => one === 1)).toHaveLength(1);
    const whole = await scanLogFile(task);
    // What stands at the beginning now is asked for; the index does not know.
    const fd = openSync(task.file.spool, 'r+');
    writeSync(fd, lines[10]!.replace('nothing', 'mark mk'), lines.slice(0, 10).join('\n').length + 1);
    expect(await scanLogFile({ ...task, known: blocks })).toEqual(whole);
    expect((await scanLogFile(task)).matches[0]!.count).toBe(whole.matches[0]!.count + 1);
  });

  it('is read as a whole where most blocks hold something, or other bytes than those that were indexed', async () => {
    const dense = Array.from({ length: 3000 }, (_, n) =>
      n % 100 === 0 ? TOLD['mark']!(n) : FILL['zap']!(n),
    );
    expect(await known(taskOf(dense.join('\n'), 'ipamd'))).toBe(null);
    const sparse = [...fill('zap', 3000), TOLD['mark']!(1)];
    const blocks = await known(taskOf(sparse.join('\n'), 'ipamd'));
    const longer = taskOf([TOLD['mark']!(2), ...sparse].join('\n'), 'ipamd');
    expect(await scanLogFile({ ...longer, known: blocks! })).toEqual(await scanLogFile(longer));
  });

  it('is read as a whole where a line takes its time from lines that were ruled out', async () => {
    // The only line that is asked for begins a block, behind more lines without a time than one block holds.
    const bare = fill('bare', 180);
    const text = (above: number): string =>
      [FILL['zap']!(1), ...fill('zap', above), ...bare, TOLD['tabMark']!(1), ...fill('zap', 3500)].join('\n');
    for (let above = 400; above < 900; above += 25) {
      const task = taskOf(text(above), 'ipamd');
      const blocks = (await known(task))!;
      const scan = await scanLogFile({ ...task, known: blocks });
      expect(scan).toEqual(await scanLogFile(task));
      expect(scan.matches[0]!.records[0]!.timeNotes).toEqual(['line-before']);
    }
  });

  it('is found by its bundle and path; where two are alike, by neither', async () => {
    const task = taskOf([...fill('zap', 3000), TOLD['mark']!(1)].join('\n'), 'ipamd');
    const stored = (id: string, file: FileIndex) => ({
      bundles: [{ id, collectedAt: COLLECTED, files: 1 }],
      files: [{ ...file, node: id }],
      skipped: [],
      problems: [],
    });
    const file = await indexOf(task);
    const needles = needlesIn(task)!;
    expect(knownBy([stored('node-a', file)])({ ...task, node: 'node-a#2' }, needles)).not.toBe(null);
    expect(knownBy([stored('node-b', file)])(task, needles)).toBe(null);
    expect(knownBy([stored('node-a', file)])({ ...task, collectedAt: 1 }, needles)).toBe(null);
    expect(knownBy([stored('node-a', file), stored('node-a#2', file)])(task, needles)).toBe(null);
  });
});
