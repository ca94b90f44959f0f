/** The page of each sample in a real browser, from disk: nothing is fetched, everything works. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AnalysisDocument } from '../../src/model/document.js';
import { render } from '../../src/report/index.js';
import { fullDocument, hostileDocument } from './support/documents.js';
import { SAMPLE_NAMES, sampleDocument } from './support/samples.js';

const CHROMIUM = '/usr/bin/chromium';
const wanted = process.env['EKS_NETCHECK_LIVE'] === '1' && existsSync(CHROMIUM);
const axe = wanted ? readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8') : '';

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

describe.runIf(wanted)('the page in Chromium', () => {
  let folder: string;
  let context: BrowserContext;
  let page: Page;
  let heard: string[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'eks-netcheck-browser-'));
    context = await chromium.launchPersistentContext(join(folder, 'profile'), {
      executablePath: CHROMIUM,
      headless: true,
      args: [
        ...['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
        ...['--disable-component-update', '--disable-sync'],
      ],
    });
  });
  afterAll(async () => {
    await context.close();
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    page = await context.newPage();
    heard = [];
    page.on('console', (m) => heard.push(`console ${m.text()}`));
    page.on('pageerror', (e) => heard.push(`error ${e.message}`));
    page.on('dialog', (dialog) => {
      heard.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
  });
  afterEach(async () => {
    await page.close();
  });

  async function open(d: AnalysisDocument): Promise<string> {
    const file = join(folder, 'report.html');
    writeFileSync(file, render(d, 'html', { color: false, width: 80 }));
    const url = pathToFileURL(file).href;
    page.on('request', (r) => {
      if (r.url() !== url) heard.push(`request ${r.url()}`);
    });
    await page.goto(url);
    return url;
  }

  async function violations(): Promise<string[]> {
    // The page's own policy allows no script but its own; the driver may.
    await page.evaluate(axe);
    const found = await page.evaluate(async () => {
      const { axe: a } = globalThis as unknown as {
        axe: { run: () => Promise<{ violations: Violation[] }> };
      };
      return (await a.run()).violations;
    });
    return found
      .filter((v) => v.impact === 'serious' || v.impact === 'critical')
      .map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(' ')}`);
  }

  describe.each(SAMPLE_NAMES)('%s', (name) => {
    it('opens from disk without a message or a request', async () => {
      await open(sampleDocument(name));
      expect(await page.locator('h1').innerText()).not.toBe('');
      expect(heard).toEqual([]);
    });

    it('draws the loss where the document says', async () => {
      const d = sampleDocument(name);
      await page.setViewportSize({ width: 1440, height: 900 });
      await open(d);
      const lost = page.locator('svg.lying g.stretch:has(g.cross)');
      const { segment } = d.packet_trace;
      const parts = await lost.evaluateAll((all) => all.map((g) => g.getAttribute('data-part')));
      expect(parts).toEqual(segment === 'none' || segment === 'unknown' ? [] : [segment]);
    });

    it.each([
      [1440, 'light'],
      [800, 'dark'],
      [390, 'light'],
      [390, 'dark'],
    ] as const)('fits %i pixels and has no serious fault for axe (%s)', async (width, colorScheme) => {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await open(sampleDocument(name));
      const over = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
      expect(over).toBeLessThanOrEqual(0);
      expect(await violations()).toEqual([]);
    });
  });

  it('finds evidence by an address, a part of it and a file, and opens what is closed', async () => {
    await open(sampleDocument('blackhole-route'));
    await page.keyboard.press('/');
    await page.keyboard.type('iproute.txt');
    await page.locator('#results li').first().waitFor();
    expect(await page.locator('#results').innerText()).toContain('networking/iproute.txt:5');
    await page.locator('#F-001').evaluate((e) => e.removeAttribute('open'));
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    expect(await page.locator('#F-001').getAttribute('open')).not.toBeNull();
    await page.locator('#search').fill('10.36.118');
    await page.locator('#results li').nth(2).waitFor();
    await page.locator('#search').fill('nosuchword');
    await page.getByText('Nothing found.').waitFor();
    await page.keyboard.press('Escape');
    expect(await page.locator('#results').isHidden()).toBe(true);
    expect(heard).toEqual([]);
  });

  it('finds a pattern of the logs by a word and by an address of its example, and opens the list', async () => {
    await open(fullDocument());
    for (const words of ['i/o timeout', '10.36.0.1', 'ipamd.log']) {
      await page.locator('#search').fill(words);
      await page.locator('#results').getByText('Log error: Failed to reach').waitFor();
    }
    await page.locator('#results').getByText('Log error: Failed to reach').click();
    expect(await page.locator('#logs details').getAttribute('open')).not.toBeNull();
    expect(heard).toEqual([]);
  });

  it('copies a command', async () => {
    const d = sampleDocument('blackhole-route');
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await open(d);
    await page.getByRole('button', { name: 'Copy command 1', exact: true }).click();
    await page.getByRole('button', { name: 'Copy command 1', exact: true }).getByText('copied').waitFor();
    expect(await page.evaluate<string>('navigator.clipboard.readText()')).toBe(d.next_steps[0]!.command);
  });

  it('turns dark and light by its button, from what the system prefers', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await open(sampleDocument('healthy'));
    const paper = (): Promise<string> =>
      page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const dark = await paper();
    await page.locator('#theme').click();
    const light = await paper();
    expect([dark, light]).toEqual(['rgb(18, 21, 26)', 'rgb(255, 255, 255)']);
    expect(await page.locator('#theme').getAttribute('aria-pressed')).toBe('false');
  });

  it('is worked by keyboard: the skip link comes first, then search, theme and sections', async () => {
    await open(sampleDocument('vpc-drop'));
    const focused: string[] = [];
    for (let i = 0; i < 4; i++) {
      await page.keyboard.press('Tab');
      focused.push(
        await page.evaluate<string>('document.activeElement.textContent.trim() || document.activeElement.id'),
      );
    }
    expect(focused).toEqual(['Skip to the verdict', 'search', 'dark', 'Verdict']);
  });

  it('enlarges the ladder', async () => {
    await open(sampleDocument('return-path-lost'));
    const width = (): Promise<number> =>
      page.locator('svg.ladder').evaluate((e) => e.getBoundingClientRect().width);
    const before = await width();
    await page.getByRole('button', { name: 'Larger' }).click();
    expect(await width()).toBeGreaterThan(before * 1.2);
  });

  it('lets a hostile bundle do nothing', async () => {
    for (const payload of [
      '"><script>alert(1)</script><img src=x onerror=alert(1)>',
      "' onmouseover='alert(1)' `",
    ]) {
      await open(hostileDocument(payload));
      expect(await page.locator('main script, main img, [onmouseover], [onerror]').count()).toBe(0);
    }
    expect(heard).toEqual([]);
  });
});

if (!wanted) it.skip('skipped: needs Chromium (and EKS_NETCHECK_LIVE=1)', () => undefined);
