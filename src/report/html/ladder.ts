import type { AnalysisDocument, DocLadder, DocLadderPacket } from '../../model/document.js';
import type { Point } from '../../model/trace.js';
import { cut } from '../unsafe.js';
import { POINT_NAME } from '../words.js';
import { html, leftOut, NOTHING, type Markup } from './markup.js';

const WIDTH = 1080;
const LEFT = 190;
const ROW = 22;

/** The flow packet by packet across the points, on one clock; long silences are shortened and said. */
export function ladderSection(d: AnalysisDocument): Markup {
  const { ladder } = d;
  if (ladder === null || ladder === undefined || ladder.packets.length === 0) return NOTHING;
  const flow = d.flows[ladder.flow];
  const name = flow === undefined ? '' : `${flow.protocol} ${flow.src} → ${flow.dst}`;
  return html`<section id="ladder" aria-labelledby="ladder-h">
    <h2 id="ladder-h">Packets of one flow across the points</h2>
    <p>
      ${cut(name, 200)}, seconds after ${ladder.start} by the source node's clock. <b>✕</b>: not seen at the
      next captured point.
    </p>
    <p class="tools" role="group" aria-label="Zoom of the ladder">
      <button type="button" data-zoom="1.25" aria-label="Larger">+</button>
      <button type="button" data-zoom="0.8" aria-label="Smaller">−</button>
      <button type="button" data-zoom="0">reset</button>
    </p>
    <div class="ladder-frame" tabindex="0" role="region" aria-label="Ladder of packets">
      ${drawing(ladder)}
    </div>
    <details class="as-table">
      <summary>The same as a table</summary>
      <div class="wide" tabindex="0" role="region" aria-label="Packets as a table">
        <table>
          <thead>
            <tr>
              <th scope="col">way</th>
              <th scope="col">packet</th>
              ${ladder.points.map((p) => html`<th scope="col">${POINT_NAME[p]}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${ladder.packets.map((p) => tableRow(p, ladder.points))}
          </tbody>
        </table>
      </div>
    </details>
    ${leftOut(ladder.packets.length + ladder.left_out, ladder.packets.length, 'more packets')}
  </section>`;
}

function tableRow(p: DocLadderPacket, points: readonly Point[]): Markup {
  return html`<tr>
    <td>${p.direction === 'forward' ? '→' : '←'}</td>
    <td>${cut(p.label, 80)}</td>
    ${points.map((q) => html`<td class="n">${p.at[q] === undefined ? '✕' : seconds(p.at[q])}</td>`)}
  </tr>`;
}

function seconds(t: number): string {
  return t.toFixed(6);
}

interface Placed {
  readonly packet: DocLadderPacket;
  readonly y: number;
  /** Silence before it that was shortened, in seconds. */
  readonly pause: number;
}

function drawing(ladder: DocLadder): Markup {
  const { points } = ladder;
  const x = new Map(
    points.map((p, i) => [p, LEFT + 40 + (i * (WIDTH - LEFT - 80)) / Math.max(1, points.length - 1)]),
  );
  const rows = place(ladder.packets);
  const height = (rows.at(-1)?.y ?? 0) + 30;
  return html`<svg
    class="ladder"
    viewBox="0 0 ${WIDTH} ${height}"
    width="${WIDTH}"
    height="${height}"
    role="img"
    aria-label="Ladder: ${ladder.packets.length} packets at ${points.length} points"
  >
    ${points.map((p) => html`<text x="${x.get(p)!}" y="16" text-anchor="middle" class="name">${POINT_NAME[p]}</text><path class="rail" d="M${x.get(p)!} 24V${height - 6}" />`)}
    ${rows.map((r) => drawRow(r, points, x))}
  </svg>`;
}

/** Rows in order of time: a pause is drawn longer, but never longer than two rows. */
function place(packets: readonly DocLadderPacket[]): Placed[] {
  let y = 30;
  let last: number | null = null;
  return packets.map((packet) => {
    const at = Math.min(...Object.values(packet.at));
    const gap = last === null ? 0 : Math.max(0, at - last);
    last = at;
    const pause = gap >= 0.05 ? gap : 0;
    y += ROW + Math.min(ROW * 1.5, Math.log10(1 + gap * 1000) * 9);
    return { packet, y, pause };
  });
}

function drawRow(
  { packet, y, pause }: Placed,
  points: readonly Point[],
  x: ReadonlyMap<Point, number>,
): Markup {
  const order = packet.direction === 'forward' ? points : [...points].reverse();
  const seen = order.filter((p) => packet.at[p] !== undefined);
  const from = x.get(seen[0]!)!;
  const last = seen.at(-1)!;
  const to = x.get(last)!;
  const stopped = order.at(-1) !== last;
  const sign = packet.direction === 'forward' ? 1 : -1;
  const end = stopped ? to + sign * 38 : to;
  const times = points
    .map((p) => `${POINT_NAME[p]} ${packet.at[p] === undefined ? 'not seen' : `${seconds(packet.at[p])} s`}`)
    .join(', ');
  const at = Math.min(...Object.values(packet.at));
  return html`<g class="packet ${packet.direction}${stopped ? ' stopped' : ''}"
    ><title>${cut(packet.label, 80)}: ${times}</title>
    ${pause === 0 ? NOTHING : html`<text class="pause" x="${LEFT - 8}" y="${y - 15}" text-anchor="end">${pause.toFixed(3)} s later</text>`}
    <rect class="hover" x="0" y="${y - 11}" width="${WIDTH}" height="${ROW}" />
    <text x="4" y="${y + 4}" class="small">${at.toFixed(6)}</text
    ><text x="78" y="${y + 4}" class="small">${cut(packet.label.replace(/ seq \d+/, ''), 18)}</text>
    <path
      class="arrow"
      d="M${from} ${y}H${end}"
    />${seen.map((p) => html`<circle cx="${x.get(p)!}" cy="${y}" r="3.5" />`)}
    ${stopped ? html`<path class="x" d="M${end - 5} ${y - 5}l10 10m0 -10l-10 10" />` : html`<path class="tip" d="M${to - sign * 5} ${y}l${-sign * 8} -4v8z" />`}</g
  >`;
}
