import type { AnalysisDocument, DocEvidence, DocFinding } from '../../model/document.js';
import { cut } from '../unsafe.js';
import { CATEGORY_NAME, placeOf } from '../words.js';
import { bounded, html, kept, leftOut, NOTHING, sentence, type Content, type Markup } from './markup.js';

const MAX_FINDINGS = 100;
const MAX_EVIDENCE = 12;
/** Entries of evidence on the whole page. */
const MAX_ALL_EVIDENCE = 400;
const MAX_LINE = 1000;
/** Findings that stand open when the page is opened. */
const OPEN = 5;

const MARK: Record<DocFinding['severity'], string> = {
  critical: '✕✕',
  high: '✕',
  medium: '▲',
  low: '▽',
  info: 'ⓘ',
};

export function findingsSection(d: AnalysisDocument): Markup {
  let room = MAX_ALL_EVIDENCE;
  const byId = new Map(d.evidence.map((e) => [e.id, e]));
  const list = bounded(d.findings, MAX_FINDINGS, (f, i) => {
    const evidence = f.evidence.map((id) => byId.get(id)).filter((e) => e !== undefined);
    const shown = evidence.slice(0, Math.min(MAX_EVIDENCE, room));
    room -= shown.length;
    return finding(f, shown, evidence.length, i < OPEN);
  });
  return html`<section id="findings" aria-labelledby="findings-h">
    <h2 id="findings-h">Findings (${d.findings.length})</h2>
    ${list.length === 0 ? html`<p>None.</p>` : list}${leftOut(d.findings.length, MAX_FINDINGS)}
  </section>`;
}

function finding(f: DocFinding, evidence: readonly DocEvidence[], all: number, open: boolean): Markup {
  return html`<details
    class="finding ${f.severity}"
    id="${f.id}"
    ${open ? html` open` : NOTHING}
    data-search
    data-title="${f.id} ${cut(f.title, 120)}"
  >
    <summary>
      <span class="mark" aria-hidden="true">${MARK[f.severity]}</span>
      <h3>
        ${f.id}
        <span class="severity">${f.severity}</span>
        ${sentence(f.title, 300)}${f.node === null ? NOTHING : html` <span class="node">on ${kept(cut(f.node, 100))}</span>`}
      </h3>
    </summary>
    <p class="meta">
      rule <code>${f.rule}</code> · ${CATEGORY_NAME[f.category]} · confidence ${f.confidence}
    </p>
    <p>${sentence(f.diagnosis)}</p>
    ${evidence.map((e) => evidenceBlock(e, f.id))}${leftOut(all, evidence.length, 'more pieces of evidence')}
    ${
      f.against.length === 0
        ? NOTHING
        : html`<ul class="contra">
            ${bounded(f.against, 10, (a) => html`<li>against: ${sentence(a)}</li>`)}
          </ul>`
    }
    <p class="fix ${f.safety}"><b>Fix (${f.safety}):</b> ${sentence(f.resolution)}</p>
  </details>`;
}

function evidenceBlock(e: DocEvidence, finding: string): Markup {
  const place = placeOf(e);
  const id = `${finding}-${e.id}`;
  const head = html`${place === '' ? NOTHING : html`<code class="place">${cut(place, 300)}</code> `}${e.time === null ? NOTHING : html`<span class="time">${e.time}</span> `}${e.node === null ? NOTHING : html`<span class="node">${kept(cut(e.node, 100))}</span>`}`;
  return html`<figure class="evidence" id="${id}" data-search data-title="${e.id} ${cut(place, 120)}">
    <figcaption>
      <span class="id">${e.id}</span> ${head}<button
        type="button"
        data-copy="${id}-c"
        aria-label="Copy the evidence ${e.id}"
      >
        copy
      </button>
    </figcaption>
    <pre tabindex="0" role="group" aria-label="${e.id} ${cut(place, 120)}">${lines(e, `${id}-c`)}</pre>
  </figure>`;
}

function lines(e: DocEvidence, id: string): Content {
  const context = e.context ?? [];
  if (!context.some((l) => l.line === e.line))
    return html`<span class="line hit" id="${id}">${cut(e.content, MAX_LINE)}</span>`;
  // Each line is a block of its own: a space after it would show as an empty line.
  return context.map((l) => {
    const hit = l.line === e.line;
    const no = html`<span class="no">${hit ? '▶ ' : ''}${l.line}</span>`;
    const text = hit
      ? html`<span id="${id}">${cut(e.content, MAX_LINE)}</span>`
      : html`${cut(l.text, MAX_LINE)}`;
    return html`<span class="line${hit ? ' hit' : ''}">${no} ${text}</span>`;
  });
}
