import type { AnalysisDocument, DocLayer } from '../../model/document.js';
import { cut } from '../unsafe.js';
import { LAYER_NAME } from '../words.js';
import { html, NOTHING, type Content, type Markup } from './markup.js';

const MARK: Record<DocLayer['result'], string> = { ok: '✓', failing: '✕', undecided: '?' };

/** The walk through the layers: what was tested in each, with which result, and why. */
export function layersSection(d: AnalysisDocument): Markup {
  const rows = d.layers ?? [];
  if (rows.length === 0) return NOTHING;
  return html`<section id="layers" aria-labelledby="layers-h">
    <h2 id="layers-h">Layers</h2>
    <div class="wide" tabindex="0" role="region" aria-label="Layers">
      <table>
        <thead>
          <tr>
            ${['layer', 'result', 'verdict'].map((h) => html`<th scope="col">${h}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (r) =>
              html`<tr data-search data-title="Layer ${LAYER_NAME[r.layer]}">
                <th scope="row">${LAYER_NAME[r.layer]}</th>
                <td class="result">${result(r)}</td>
                <td>
                  ${cut(r.verdict, 600)} ${links(d, r.evidence)}<br /><span class="small"
                    >tested: ${cut(r.test, 200)}</span
                  >
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

function result(r: DocLayer): Content {
  const text = `${MARK[r.result]} ${r.result}`;
  return r.result === 'failing' ? html`<b class="found">${text}</b>` : text;
}

/** Findings have an anchor on the page; lines of evidence stand below their findings. */
function links(d: AnalysisDocument, ids: readonly string[]): Content {
  const known = new Set(d.findings.map((f) => f.id));
  return ids
    .slice(0, 12)
    .map((id, i) => html`${i === 0 ? '' : ', '}${known.has(id) ? html`<a href="#${id}">${id}</a>` : id}`);
}
