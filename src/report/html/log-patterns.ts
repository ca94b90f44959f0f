import type { AnalysisDocument, DocLogPattern } from '../../model/document.js';
import { plural } from '../../plural.js';
import { cut } from '../unsafe.js';
import { LOG_LEVEL_NAME, LOG_PATTERNS_TITLE, logPatternsLeftOut, placeOf } from '../words.js';
import { bounded, html, kept, leftOut, NOTHING, sentence, type Markup } from './markup.js';

/** As many as an analysis gives; a document of another hand may have more. */
const MAX_PATTERNS = 200;
const MAX_NODES = 4;

/** Patterns of the logs' errors and warnings: closed until somebody wants them, found by the search all the same. */
export function logPatternsSection(d: AnalysisDocument): Markup {
  const { log_patterns: logs } = d;
  if (logs === null || logs === undefined) return NOTHING;
  const lines = logs.patterns.reduce((n, p) => n + p.count, 0);
  const left = logPatternsLeftOut(logs);
  return html`<section id="logs" aria-labelledby="logs-h">
    <h2 id="logs-h">${LOG_PATTERNS_TITLE}</h2>
    ${
      logs.patterns.length === 0
        ? html`<p>None in the logs that were collected.</p>`
        : html`<details class="log-list">
              <summary>${plural(logs.patterns.length, 'pattern')} of ${plural(lines, 'line')}</summary>
              <div class="wide" tabindex="0" role="region" aria-label="${LOG_PATTERNS_TITLE}">
                <table class="log-patterns">
                  <thead>
                    <tr>
                      <th scope="col">level</th>
                      <th scope="col">lines</th>
                      <th scope="col">pattern, first line</th>
                      <th scope="col" class="more">first, last</th>
                      <th scope="col" class="more">node</th>
                    </tr>
                  </thead>
                  <tbody>
                    ${bounded(logs.patterns, MAX_PATTERNS, row)}
                  </tbody>
                </table>
              </div>
            </details>
            ${leftOut(logs.patterns.length, MAX_PATTERNS, 'more patterns')}`
    }${left === '' ? NOTHING : html`<p class="left-out">${sentence(left)}</p>`}
  </section>`;
}

function row(p: DocLogPattern): Markup {
  const level = LOG_LEVEL_NAME[p.level ?? 'none'];
  const nodes = p.nodes.slice(0, MAX_NODES).join(', ');
  const more = p.nodes.length > MAX_NODES ? ` and ${p.nodes.length - MAX_NODES} more` : '';
  return html`<tr class="${p.level ?? ''}" data-search data-title="Log ${level}: ${cut(p.pattern, 100)}">
    <th scope="row">${level}</th>
    <td class="n">${p.count}</td>
    <td>
      <code>${cut(p.pattern, 400)}</code><br />
      <span class="small">${cut(placeOf(p.example), 300)}</span>
      <pre tabindex="0" role="group" aria-label="First line of this pattern">
${cut(p.example.content, 600)}</pre>
    </td>
    <td class="time more">
      ${p.first ?? 'no time'}${p.last === null || p.last === p.first ? NOTHING : html`<br />${p.last}`}
    </td>
    <td class="more">${kept(cut(nodes, 200))}${more}</td>
  </tr>`;
}
