import type { AnalysisDocument, DocTrailStep } from '../../model/document.js';
import { cut } from '../unsafe.js';
import { placeOf } from '../words.js';
import { html, kept, leftOut, NOTHING, type Markup } from './markup.js';

/** The trail is that of a flow which this node loses: rules that let it pass are not what stops it. */
const PASSED = html` The captures show packets lost on this node all the same: the cause is not among these
rules and routes, or they were others at that time. The programs of network policies work at a pod's interface
and do not show here.`;

/** The way through the chains and routes of the node that loses the flow, the deciding step marked. */
export function trailSection(d: AnalysisDocument): Markup {
  const { trail } = d;
  if (trail === null || trail === undefined) return NOTHING;
  const passes = trail.verdict === 'forwarded' || trail.verdict === 'delivered';
  return html`<section id="trail" aria-labelledby="trail-h">
    <h2 id="trail-h">The packet's way through the node</h2>
    <p>
      What the rules and routes collected from ${kept(cut(trail.node, 100))} do with
      <code>${cut(trail.packet, 300)}</code>:
      <b>${trail.verdict}</b
      >.${trail.undetermined.length === 0 ? NOTHING : html` Not determined: ${cut(trail.undetermined.join('; '), 600)}.`}${passes ? PASSED : NOTHING}
    </p>
    <div class="wide" tabindex="0" role="region" aria-label="Steps through chains and routes">
      <table>
        <thead>
          <tr>
            <th scope="col" class="more">hook</th>
            <th scope="col">table, chain</th>
            <th scope="col">rule or route</th>
            <th scope="col">effect</th>
          </tr>
        </thead>
        <tbody>
          ${trail.steps.map(step)}
        </tbody>
      </table>
    </div>
    ${leftOut(trail.left_out + trail.steps.length, trail.steps.length, 'earlier steps')}
  </section>`;
}

function step(s: DocTrailStep): Markup {
  const where = [s.table, s.chain].filter((x) => x !== null).join(' ');
  return html`<tr class="${s.decides ? 'decides' : ''}">
    <td class="more">${s.hook}</td>
    <td>${cut(where, 80)}</td>
    <td><code>${cut(s.text, 300)}</code><br /><span class="small">${cut(placeOf(s), 200)}</span></td>
    <td>${s.decides ? html`<b>▶ decides: ${s.effect}</b>` : s.effect}</td>
  </tr>`;
}
