import type { AnalysisDocument, DocFlow } from '../../model/document.js';
import { flowGroups, flowNumbers, hostOf, sourcePorts, type FlowGroup } from '../flow-groups.js';
import { POINTS, type Point } from '../../model/trace.js';
import { cut } from '../unsafe.js';
import { DIRECTION_NAME, POINT_NAME, SEGMENT_NAME } from '../words.js';
import { bounded, html, leftOut, NOTHING, sentence, type Markup } from './markup.js';

const MAX_GROUPS = 60;

const MARK: Record<DocFlow['verdict'], string> = {
  delivered: '✓',
  dropped: '✕',
  lossy: '◐',
  rejected: '⊘',
  inconclusive: '?',
};

export function flowsSection(d: AnalysisDocument): Markup {
  if (d.flows.length === 0) return NOTHING;
  const n = d.flow_counts;
  const groups = flowGroups(d.flows);
  return html`<section id="flows" aria-labelledby="flows-h">
    <h2 id="flows-h">Flows</h2>
    <p>
      ${n.delivered} delivered, ${n.dropped} dropped, ${n.lossy} lossy, ${n.rejected} rejected,
      ${n.inconclusive} inconclusive.
    </p>
    <div class="wide" tabindex="0" role="region" aria-label="Table of flows">
      <table class="flows">
        <thead>
          <tr>
            <th scope="col">verdict</th>
            <th scope="col" class="more">flows</th>
            <th scope="col" class="more">numbers</th>
            <th scope="col">from, to</th>
            <th scope="col">where, why</th>
            ${POINTS.map((p) => html`<th scope="col" class="more">${POINT_NAME[p]}<br /><span class="small">→ / ←</span></th>`)}
          </tr>
        </thead>
        <tbody>
          ${bounded(groups, MAX_GROUPS, (g) => row(g))}
        </tbody>
      </table>
    </div>
    ${leftOut(groups.length, MAX_GROUPS, 'more groups of flows')}
  </section>`;
}

function row(g: FlowGroup): Markup {
  const f = g.flows[0]!;
  const ports = g.flows.length === 1 ? '' : sourcePorts(g, 4);
  const src = g.flows.length === 1 ? f.src : hostOf(f.src);
  const place =
    g.segment === 'none' ? '' : `${SEGMENT_NAME[g.segment]} ${DIRECTION_NAME[g.direction]}`.trim();
  return html`<tr class="${g.verdict}" data-search data-title="Flow ${cut(src, 60)} to ${cut(f.dst, 60)}">
    <th scope="row"><span aria-hidden="true">${MARK[g.verdict]}</span> ${g.verdict}</th>
    <td class="n more">${g.flows.length}</td>
    <td class="small more">${flowNumbers(g)}</td>
    <td>
      ${f.protocol} <span class="addr">${cut(src, 80)}</span>
      <span class="addr">→ ${cut(f.dst, 80)}</span
      >${ports === '' ? NOTHING : html`<br /><span class="small">ports ${ports}</span>`}${nat(f)}
    </td>
    <td class="why">${place === '' ? NOTHING : html`<b>${place}</b>: `}${sentence(f.explanation, 600)}</td>
    ${POINTS.map((p) => html`<td class="n more">${cell(g, p)}</td>`)}
  </tr>`;
}

function nat(f: DocFlow): Markup {
  return f.translated === null || f.translated.dst === f.dst
    ? NOTHING
    : html`<br /><span class="small">NAT: ${cut(f.translated.dst, 80)}</span>`;
}

function cell(g: FlowGroup, p: Point): string {
  const counts = g.flows.map((f) => f.points[p]).filter((c) => c !== undefined);
  if (counts.length === 0) return '–';
  const sum = (of: (c: (typeof counts)[number]) => number): number => counts.reduce((n, c) => n + of(c), 0);
  return `${sum((c) => c.packets)} / ${sum((c) => c.return_packets)}`;
}
