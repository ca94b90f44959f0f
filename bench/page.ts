/**
 * The page of each sample, and of a document as large as documents get, in Chromium from disk: its size, and the time
 * from opening it to the first answer of its search.
 *
 *     npm run build && npx tsx bench/page.ts
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import type { AnalysisDocument } from '../src/model/document.js';
import { render } from '../src/report/index.js';
import { SAMPLE_NAMES, sampleDocument } from '../test/report/support/samples.js';

const CHROMIUM = '/usr/bin/chromium';
const ROUNDS = 3;

/** A document with every list of a real one repeated. */
function enlarged(d: AnalysisDocument, times: number): AnalysisDocument {
  const repeat = <T>(list: readonly T[], change: (one: T, i: number) => T): T[] =>
    Array.from({ length: times }, (_, i) => list.map((one) => change(one, i))).flat();
  const id = (text: string, i: number): string => `${text.split('-')[0]!}-${i}${text.split('-')[1]!}`;
  return {
    ...d,
    flows: repeat(d.flows, (f) => f),
    evidence: repeat(d.evidence, (e, i) => ({ ...e, id: id(e.id, i) })),
    findings: repeat(d.findings, (f, i) => ({
      ...f,
      id: id(f.id, i),
      evidence: f.evidence.map((e) => id(e, i)),
    })),
  };
}

/** Milliseconds from navigation until the search has answered. */
async function interactive(browser: Browser, file: string): Promise<number> {
  const page = await browser.newPage();
  const start = performance.now();
  await page.goto(pathToFileURL(file).href);
  await page.fill('#search', '10');
  await page.waitForSelector('#results:not([hidden])');
  const took = performance.now() - start;
  await page.close();
  return took;
}

if (!existsSync(CHROMIUM)) {
  console.log(`needs ${CHROMIUM}`);
} else {
  const folder = mkdtempSync(join(tmpdir(), 'netcheck-page-'));
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  try {
    const largest = SAMPLE_NAMES.map((name) => sampleDocument(name)).reduce((a, b) =>
      JSON.stringify(b).length > JSON.stringify(a).length ? b : a,
    );
    const documents: [string, AnalysisDocument][] = [
      ...SAMPLE_NAMES.map((name): [string, AnalysisDocument] => [name, sampleDocument(name)]),
      ['largest sample, its lists 100 times', enlarged(largest, 100)],
    ];
    for (const [name, document] of documents) {
      const file = join(folder, 'page.html');
      const page = render(document, 'html');
      writeFileSync(file, page);
      const times = [];
      for (let i = 0; i < ROUNDS; i++) times.push(await interactive(browser, file));
      const kib = (Buffer.byteLength(page) / 1024).toFixed(0);
      console.log(`${name.padEnd(40)} ${kib.padStart(6)} KiB  ${Math.min(...times).toFixed(0)} ms`);
    }
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
