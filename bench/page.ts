/**
 * How soon the HTML page can be used: from opening the file to the first answer of the search, and to the ladder's
 * answer to a click. In a headless Chromium, for the given documents (`analyze --format json`) or each shipped sample,
 * and for the last of them with everything in it five thousand times. Times are the best and the median of a few runs.
 *
 *     npx tsx bench/page.ts [--runs 5] [DOCUMENT.json ...]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium, type Browser } from 'playwright-core';
import type { AnalysisDocument } from '../src/model/document.js';
import { render } from '../src/report/index.js';

const { values, positionals } = parseArgs({
  options: { runs: { type: 'string', default: '5' } },
  allowPositionals: true,
});
const RUNS = Number(values.runs);
const MANY = 5000;
const ROOT = fileURLToPath(new URL('..', import.meta.url));

interface Times {
  /** Milliseconds since the navigation began. */
  readonly loaded: number;
  readonly searched: number;
  /** Null where the page has no ladder. */
  readonly zoomed: number | null;
}

/** Runs inside the page, as a text: it is timed by the page's own clock, without the driver's round trips. */
const SEARCH = `(async () => {
  const list = document.querySelector('#results-list');
  const answered = new Promise((done) => new MutationObserver(done).observe(list, { childList: true }));
  const input = document.querySelector('#search');
  input.value = '10.';
  input.dispatchEvent(new Event('input', { bubbles: true }));
  if (list.childElementCount === 0) await answered;
  await new Promise(requestAnimationFrame);
  return performance.now();
})()`;
const ZOOM = `(async () => {
  const button = document.querySelector('button[data-zoom]');
  if (button === null) return null;
  button.click();
  await new Promise(requestAnimationFrame);
  return performance.now();
})()`;

async function once(browser: Browser, url: string): Promise<Times> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  try {
    await page.goto(url, { waitUntil: 'commit' });
    await page.waitForLoadState('load');
    const loaded = await page.evaluate<number>(
      "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd",
    );
    const zoomed = await page.evaluate<number | null>(ZOOM);
    const searched = await page.evaluate<number>(SEARCH);
    return { loaded, searched, zoomed };
  } finally {
    await page.close();
  }
}

function large(d: AnalysisDocument): AnalysisDocument {
  const many = <T>(list: readonly T[], of: (item: T, n: number) => T): T[] =>
    list.length === 0 ? [] : Array.from({ length: MANY }, (_, n) => of(list[n % list.length]!, n));
  return {
    ...d,
    findings: many(d.findings, (f, n) => ({
      ...f,
      id: `F-${n + 1}`,
      evidence: f.evidence.map((_, i) => `E-${((n * 12 + i) % MANY) + 1}`),
    })),
    evidence: many(d.evidence, (e, n) => ({ ...e, id: `E-${n + 1}`, content: `${e.content} ${n}` })),
    flows: many(d.flows, (f, n) => ({ ...f, dst: `10.${n >> 8}.${n & 255}.7:${1000 + n}` })),
  };
}

function documents(): [string, AnalysisDocument][] {
  const read = (text: string): AnalysisDocument => JSON.parse(text) as AnalysisDocument;
  if (positionals.length > 0) return positionals.map((f) => [basename(f), read(readFileSync(f, 'utf8'))]);
  const cases = join(ROOT, 'samples/cases');
  return readdirSync(cases).map((name) => {
    const args = ['analyze', join(cases, name), '--format', 'json', '--quiet'];
    return [name, read(execFileSync(process.execPath, [join(ROOT, 'dist/cli.js'), ...args]).toString())];
  });
}

function told(times: readonly (number | null)[]): string {
  const sorted = times.filter((t) => t !== null).sort((a, b) => a - b);
  if (sorted.length === 0) return '-';
  return `${sorted[0]!.toFixed(0)} / ${sorted[sorted.length >> 1]!.toFixed(0)} ms`;
}

const folder = mkdtempSync(join(tmpdir(), 'eks-netcheck-bench-'));
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  const all = documents();
  const [name, biggest] = all.at(-1)!;
  all.push([`${name} × ${MANY}`, large(biggest)]);
  console.log(`${'best / median of'.padEnd(26)} ${RUNS} runs: page, ready, ladder, search`);
  for (const [label, d] of all) {
    const file = join(folder, 'page.html');
    const text = render(d, 'html', { color: false, width: 80 });
    writeFileSync(file, text);
    const times: Times[] = [];
    for (let i = 0; i < RUNS; i++) times.push(await once(browser, pathToFileURL(file).href));
    const columns = [
      `${(Buffer.byteLength(text) / 1024).toFixed(0)} KiB`,
      told(times.map((t) => t.loaded)),
      told(times.map((t) => t.zoomed)),
      told(times.map((t) => t.searched)),
    ];
    console.log(`${label.padEnd(26)} ${columns.map((c) => c.padEnd(16)).join(' ')}`);
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
