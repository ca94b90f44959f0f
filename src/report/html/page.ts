import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { logWords } from '../../index-store/log-words.js';
import type { AnalysisDocument } from '../../model/document.js';
import { PACKAGE_ROOT } from '../../package-root.js';
import { cut } from '../unsafe.js';
import { coverageSection, nextSection } from './coverage.js';
import { findingsSection } from './findings.js';
import { flowsSection } from './flows.js';
import { ladderSection } from './ladder.js';
import { layersSection } from './layers.js';
import { logPatternsSection } from './log-patterns.js';
import { html, trusted, type Markup } from './markup.js';
import { pathSection } from './picture.js';
import { timelineSection } from './timeline.js';
import { trailSection } from './trail.js';
import { againstSection, verdictSection } from './verdict.js';

const ASSETS = join(PACKAGE_ROOT, 'assets', 'report');

/** One HTML file without any reference to another: style and script are inside, allowed by their hashes alone. */
export function renderHtml(d: AnalysisDocument): string {
  const { style, script, policy } = parts();
  const sections: readonly (readonly [string, string, Markup])[] = [
    ['verdict', 'Verdict', verdictSection(d)],
    ['path', 'Path', pathSection(d)],
    ['against', 'Against', againstSection(d)],
    ['findings', 'Findings', findingsSection(d)],
    ['layers', 'Layers', layersSection(d)],
    ['flows', 'Flows', flowsSection(d)],
    ['ladder', 'Packets', ladderSection(d)],
    ['trail', 'Trail', trailSection(d)],
    ['timeline', 'Timeline', timelineSection(d)],
    ['logs', 'Logs', logPatternsSection(d)],
    ['coverage', 'Coverage', coverageSection(d)],
    ['next', 'Next steps', nextSection(d)],
  ];
  const present = sections.filter(([, , body]) => body.text !== '');
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${trusted(policy)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <meta name="color-scheme" content="light dark" />
        <title>${cut(d.root_cause, 120)} · eks-netcheck</title>
        ${trusted(`<style>${style}</style>`)}
      </head>
      <body>
        <a class="skip" href="#verdict">Skip to the verdict</a>
        <header>
          <p class="brand">eks-netcheck</p>
          <form role="search" id="search-form">
            <label for="search">Search findings, evidence and log patterns</label
            ><input
              id="search"
              type="search"
              autocomplete="off"
              spellcheck="false"
              placeholder="address, interface, word"
            />
          </form>
          <button type="button" id="theme" aria-pressed="false">dark</button>
          <nav aria-label="Sections">${present.map(([id, name]) => html`<a href="#${id}">${name}</a> `)}</nav>
        </header>
        <div id="results" role="region" aria-label="Search results" hidden>
          <p id="results-count" aria-live="polite"></p>
          <ol id="results-list"></ol>
        </div>
        <main>${present.map(([, , body]) => body)}</main>
        <footer>
          <p>Made offline by eks-netcheck from the given bundles and captures. Times are UTC.</p>
        </footer>
        ${trusted(`<script>${script}</script>`)}
      </body>
    </html> `.text;
}

interface Parts {
  readonly style: string;
  readonly script: string;
  readonly policy: string;
}

let made: Parts | null = null;

function parts(): Parts {
  if (made !== null) return made;
  const read = (file: URL | string): string => readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
  const lunr = read(createRequire(import.meta.url).resolve('lunr/lunr.min.js'));
  const style = read(join(ASSETS, 'report.css'));
  // The words of the search in bundles are those of the page.
  const script = `${lunr}\nconst logWords = ${logWords.toString()};\n${read(join(ASSETS, 'report.js'))}`;
  const policy = [
    "default-src 'none'",
    `style-src '${hash(style)}'`,
    `script-src '${hash(script)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  made = { style, script, policy };
  return made;
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
