import type { AnalysisDocument } from '../../model/document.js';
import { cut } from '../unsafe.js';
import { html, NOTHING, type Content, type Markup } from './markup.js';
import { pictureOf, type Picture, type Station, type Stretch } from './picture-model.js';

/** The path as a drawing: lying for wide screens and paper, standing for phones. The style sheet shows one of them. */
export function pathSection(d: AnalysisDocument): Markup {
  if (d.coverage.captures.length === 0)
    return html`<section id="path" aria-labelledby="path-h">
      <h2 id="path-h">Path</h2>
      <p>No capture was given: the way of the packets was not measured.</p>
    </section>`;
  const p = pictureOf(d);
  return html`<section id="path" aria-labelledby="path-h">
    <h2 id="path-h">Path</h2>
    <figure class="picture" data-segment="${p.segment}" data-direction="${d.packet_trace.direction}">
      ${lying(p)}${standing(p)}
      <figcaption>${caption(p)}</figcaption>
    </figure>
    <details class="as-table">
      <summary>The same as a table</summary>
      <table>
        <caption>
          Packets of the flows in question at each point
        </caption>
        <thead>
          <tr>
            <th scope="col">point</th>
            <th scope="col">interface</th>
            <th scope="col">there</th>
            <th scope="col">back</th>
          </tr>
        </thead>
        <tbody>
          ${p.stations.filter((s) => s.point !== null).map(row)}
        </tbody>
      </table>
    </details>
  </section>`;
}

function row(s: Station): Markup {
  const [there, back] = s.state === 'not_captured' ? ['not captured', 'not captured'] : [s.forward, s.back];
  return html`<tr>
    <th scope="row">${s.name}</th>
    <td>${cut(s.detail, 60)}</td>
    <td class="n">${there}</td>
    <td class="n">${back}</td>
  </tr>`;
}

function caption(p: Picture): Content {
  return [
    html`Packets of the flows in question: <b>→</b> on the way there, <b>←</b> on the way back.`,
    p.nat === null ? NOTHING : html` <span class="nat">${cut(p.nat, 300)}.</span>`,
    p.unknown
      ? html` <strong>? The captures do not tell where on this path the packets die.</strong>`
      : NOTHING,
  ];
}

function summary(p: Picture): string {
  const parts = p.stations.map((s) =>
    s.point === null
      ? `${s.name} ${s.detail}`
      : s.state === 'not_captured'
        ? `${s.name}: not captured`
        : `${s.name}: ${s.forward} packets there, ${s.back} back`,
  );
  const lost = p.stretches.find((s) => s.lost !== null);
  const where =
    lost === undefined ? '' : `. ${lost.lost!.word} (${LABEL[lost.segment]}), ${lost.lost!.detail}`;
  return `${parts.join('; ')}${where}.`;
}

const LABEL: Record<string, string> = {
  src_pod: 'source pod',
  src_node: 'source node',
  vpc: 'VPC',
  dst_node: 'destination node',
  dst_pod: 'destination pod',
};

// ------------------------------------------------------------------ lying

const LINE = 150;

function lying(p: Picture): Markup {
  const xs = p.sameNode ? [84, 330, 790, 1036] : [84, 262, 394, 726, 858, 1036];
  return html`<svg class="lying" viewBox="0 0 1120 240" role="img" aria-labelledby="pl-t pl-d">
    <title id="pl-t">The path of the packets</title>
    <desc id="pl-d">${summary(p)}</desc>
    ${p.sameNode ? [area(8, 1104, `node ${p.srcNode ?? ''}`)] : [area(8, 440, `source node ${p.srcNode ?? ''}`), area(468, 184, 'VPC', 'vpc'), area(672, 440, `destination node ${p.dstNode ?? ''}`)]}
    ${p.stretches.map((s, i) => lyingStretch(s, xs[i]! + (i === 0 ? 73 : 9), xs[i + 1]! - (i === p.stretches.length - 1 ? 73 : 9)))}
    ${p.stations.map((s, i) => lyingStation(s, xs[i]!))}
    ${p.nat === null ? NOTHING : html`<text class="small" x="22" y="48">${cut(p.nat, 64)}</text>`}
  </svg>`;
}

function area(x: number, width: number, name: string, kind = 'node'): Markup {
  return html`<g class="area ${kind}"
    ><rect x="${x}" y="28" width="${width}" height="200" rx="12" />
    <text x="${x + width / 2}" y="20" text-anchor="middle">${cut(name.trim(), 48)}</text></g
  >`;
}

function lyingStation(s: Station, x: number): Markup {
  if (s.state === 'pod')
    return html`<g class="pod"
      ><rect x="${x - 70}" y="${LINE - 30}" width="140" height="60" rx="8" />
      <text x="${x}" y="${LINE - 5}" text-anchor="middle">${s.name}</text>
      <text class="small" x="${x}" y="${LINE + 15}" text-anchor="middle">${cut(s.detail, 19)}</text></g
    >`;
  return html`<g class="tap ${s.state}"
    ><title>${s.name} ${s.detail}</title>
    <circle cx="${x}" cy="${LINE}" r="9" />
    <text x="${x}" y="${LINE - 40}" text-anchor="middle" class="name">${s.name}</text>
    <text x="${x}" y="${LINE - 23}" text-anchor="middle" class="small">${cut(s.detail, 16)}</text>
    ${
      s.state === 'not_captured'
        ? html`<text x="${x}" y="${LINE + 38}" text-anchor="middle" class="small">not captured</text>`
        : html`<text x="${x}" y="${LINE + 38}" text-anchor="middle">→ ${s.forward}</text>
            <text x="${x}" y="${LINE + 57}" text-anchor="middle">← ${s.back}</text>`
    }</g
  >`;
}

function lyingStretch(s: Stretch, from: number, to: number): Markup {
  const middle = (from + to) / 2;
  return html`<g class="stretch" data-part="${s.segment}">
    <path class="way ${s.forward ? 'seen' : 'unseen'}" d="M${from} ${LINE - 5}H${to}" />
    <path class="way ${s.back ? 'seen' : 'unseen'}" d="M${to} ${LINE + 5}H${from}" />
    ${
      s.lost === null
        ? NOTHING
        : [
            cross(middle, LINE),
            html`<g class="loss"
              ><text x="${middle}" y="${LINE - 82}" text-anchor="middle" class="word">${s.lost.word}</text>
              <text x="${middle}" y="${LINE - 65}" text-anchor="middle" class="small">${s.lost.detail}</text>
              <path class="pointer" d="M${middle} ${LINE - 58}V${LINE - 18}"
            /></g>`,
          ]
    }</g
  >`;
}

function cross(x: number, y: number): Markup {
  return html`<g class="cross"
    ><circle cx="${x}" cy="${y}" r="15" /><path d="M${x - 7} ${y - 7}l14 14M${x + 7} ${y - 7}l-14 14"
  /></g>`;
}

// ------------------------------------------------------------------ standing

/** Distances between stations; the VPC needs room between the frames of the nodes. */
const STEPS = [92, 92, 138, 92, 92];
const STEPS_ON_ONE_NODE = [92, 110, 92];
const RAIL = 46;

function standing(p: Picture): Markup {
  const steps = p.sameNode ? STEPS_ON_ONE_NODE : STEPS;
  const ys = p.stations.map((_, i) => 44 + steps.slice(0, i).reduce((a, b) => a + b, 0));
  const height = ys.at(-1)! + 40;
  const areas = p.sameNode
    ? [standingArea(8, height - 16, `node ${p.srcNode ?? ''}`, ys[0]! + 44)]
    : [
        standingArea(8, ys[2]! + 20, `source node ${p.srcNode ?? ''}`, ys[0]! + 44),
        standingArea(ys[2]! + 36, ys[3]! - ys[2]! - 72, 'VPC', ys[2]! + 74, 'vpc'),
        standingArea(ys[3]! - 28, height - ys[3]! + 20, `destination node ${p.dstNode ?? ''}`, ys[4]! + 36),
      ];
  return html`<svg class="standing" viewBox="0 0 360 ${height}" role="img" aria-labelledby="ps-t ps-d">
    <title id="ps-t">The path of the packets</title>
    <desc id="ps-d">${summary(p)}</desc>
    ${areas}
    ${p.stretches.map((s, i) => standingStretch(s, ys[i]! + (i === 0 ? 24 : 9), ys[i + 1]! - (i === p.stretches.length - 1 ? 24 : 9)))}
    ${p.stations.map((s, i) => standingStation(s, ys[i]!))}
  </svg>`;
}

function standingArea(y: number, height: number, name: string, labelAt: number, kind = 'node'): Markup {
  return html`<g class="area ${kind}"
    ><rect x="6" y="${y}" width="348" height="${height}" rx="12" />
    <text x="346" y="${labelAt}" text-anchor="end">${cut(name.trim(), 40)}</text></g
  >`;
}

function standingStation(s: Station, y: number): Markup {
  if (s.state === 'pod')
    return html`<g class="pod"
      ><rect x="20" y="${y - 24}" width="230" height="48" rx="8" /> <text x="34" y="${y - 3}">${s.name}</text
      ><text class="small" x="34" y="${y + 15}">${cut(s.detail, 34)}</text></g
    >`;
  return html`<g class="tap ${s.state}"
    ><circle cx="${RAIL}" cy="${y}" r="9" /> <text x="68" y="${y - 3}" class="name">${s.name}</text
    ><text x="68" y="${y + 14}" class="small">${cut(s.detail, 16)}</text> ${
      s.state === 'not_captured'
        ? html`<text x="200" y="${y + 5}" class="small">not captured</text>`
        : html`<text x="200" y="${y + 5}">→ ${s.forward}</text><text x="272" y="${y + 5}">← ${s.back}</text>`
    }</g
  >`;
}

function standingStretch(s: Stretch, from: number, to: number): Markup {
  const middle = (from + to) / 2;
  return html`<g class="stretch"
    ><path class="way ${s.forward ? 'seen' : 'unseen'}" d="M${RAIL - 5} ${from}V${to}" />
    <path class="way ${s.back ? 'seen' : 'unseen'}" d="M${RAIL + 5} ${to}V${from}" />
    ${
      s.lost === null
        ? NOTHING
        : [
            cross(RAIL, middle),
            html`<g class="loss"
              ><text x="72" y="${middle - 2}" class="word">${s.lost.word}</text>
              <text x="72" y="${middle + 15}" class="small">${s.lost.detail}</text></g
            >`,
          ]
    }</g
  >`;
}
