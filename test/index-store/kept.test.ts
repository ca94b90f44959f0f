/** An analysis uses the index that a search kept; it tells the same without it, or with half of it. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keptIndexes, knownBy } from '../../src/index-store/kept.js';
import { openIndex } from '../../src/index-store/open.js';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import type { AnalysisDocument } from '../../src/model/document.js';
import { analyze } from '../../src/run.js';
import type { StoredIndex } from '../../src/index-store/codec.js';

const folder = mkdtempSync(join(tmpdir(), 'kept-test-'));
const bundle = join(folder, 'i-0a1b2c3d4e5f67890');
const cache = join(folder, 'cache');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const line = (n: number, message: string, level = 'I'): string =>
  `May 17 09:${String(Math.floor(n / 600) % 60).padStart(2, '0')}:${String(Math.floor(n / 10) % 60).padStart(2, '0')} ip-10-0-1-5.ec2.internal kubelet[2134]: ${level}0517 09:31:22.123456    2134 tracker.go:104] ${message}`;
const usual = (n: number): string => line(n, `"Observed pod startup duration" pod="shop/cart-${n % 500}"`);

beforeAll(async () => {
  const put = (name: string, text: string): void => {
    mkdirSync(join(bundle, name, '..'), { recursive: true });
    writeFileSync(join(bundle, name), text);
  };
  put('system/instance-id.txt', 'i-0a1b2c3d4e5f67890\n');
  put('system/script-params.txt', 'ignore_introspection: false\n');
  put(
    'kubelet/kubelet.log',
    [
      ...Array.from({ length: 4000 }, (_, n) => usual(n)),
      line(4001, '"Failed" err="dial tcp 10.0.9.7:443: connect: connection refused"', 'E'),
      ...Array.from({ length: 4000 }, (_, n) => usual(n + 4002)),
      '',
    ].join('\n'),
  );
  // What changed within the last two seconds may change again unseen: its digest is not remembered.
  await setTimeout(2100);
  await (await openIndex([bundle], { limits: DEFAULT_LIMITS, cacheFolder: cache })).close();
}, 30_000);

const kept = (): Promise<StoredIndex[]> => keptIndexes([bundle], DEFAULT_LIMITS, cache);
const run = (indexes?: () => Promise<StoredIndex[]>): Promise<AnalysisDocument> =>
  analyze([bundle], { jobs: 1, ...(indexes === undefined ? {} : { indexes }) });

describe('a kept index', () => {
  it('is found by what it is of, and rules most of a healthy log out', async () => {
    const [index] = await kept();
    const file = index!.files.find(({ path }) => path.endsWith('kubelet.log'))!;
    const task = { node: file.node, collectedAt: index!.bundles[0]!.collectedAt, limits: DEFAULT_LIMITS };
    const known = knownBy([index!])({ ...task, file: { path: file.path } } as never, ['connection refused']);
    expect(known!.wanted.length).toBeGreaterThan(10);
    expect([...known!.wanted].filter((one) => one === 1)).toHaveLength(1);
    expect(await keptIndexes([bundle], { ...DEFAULT_LIMITS, maxRecords: 7 }, cache)).toEqual([]);
    expect(await keptIndexes([join(folder, 'none')], DEFAULT_LIMITS, cache)).toEqual([]);
    expect(await keptIndexes([bundle], DEFAULT_LIMITS, join(folder, 'nowhere'))).toEqual([]);
  });

  it('makes no difference to an analysis, sound, damaged or changed behind its back', async () => {
    const without = await run();
    expect(without.log_patterns?.patterns.map(({ count }) => count)).toEqual([1]);
    expect(await run(kept)).toEqual(without);
    const entry = readdirSync(cache).find((name) => name !== 'inputs')!;
    const path = join(cache, entry, 'index');
    const whole = readFileSync(path);
    for (const damage of [whole.length - 100, whole.length >> 1, 30]) {
      const bytes = Buffer.from(whole);
      bytes.fill(bytes[damage]! ^ 0x55, damage, damage + 1);
      writeFileSync(path, bytes);
      expect(await run(kept)).toEqual(without);
    }
    writeFileSync(path, whole.subarray(0, 500));
    expect(await kept()).toEqual([]);
    writeFileSync(path, whole);
    const log = join(bundle, 'kubelet/kubelet.log');
    writeFileSync(log, readFileSync(log, 'utf8').replace('"Observed', '"Failed!!'));
    expect(await kept()).toEqual([]);
  }, 30_000);
});
