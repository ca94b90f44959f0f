import type { AnalysisDocument } from '../../model/document.js';
import { cut } from '../unsafe.js';
import { placeOf } from '../words.js';
import { bounded, html, leftOut, NOTHING, type Markup } from './markup.js';

const MAX_EVENTS = 120;
const WIDTH = 1000;

interface Event {
  readonly time: string;
  readonly ms: number;
  readonly lane: 'capture' | 'evidence' | 'collection';
  readonly node: string;
  readonly what: string;
  /** Anchor on the page. */
  readonly href: string | null;
}

/** Evidence, captures and collections on one axis, and the same as a list. */
export function timelineSection(d: AnalysisDocument): Markup {
  const events = eventsOf(d);
  if (events.length < 2) return NOTHING;
  const shown =
    events.length > MAX_EVENTS
      ? [...events.slice(0, MAX_EVENTS / 2), ...events.slice(-MAX_EVENTS / 2)]
      : events;
  return html`<section id="timeline" aria-labelledby="timeline-h"><h2 id="timeline-h">Timeline</h2>
${axis(shown)}
<details${events.length <= 12 ? html` open` : NOTHING}><summary>${events.length} events, UTC</summary><div class="wide" tabindex="0" role="region" aria-label="Events in order of time"><table><thead><tr><th scope="col">time</th><th scope="col" class="more">kind</th><th scope="col" class="more">node</th><th scope="col">what</th></tr></thead>
<tbody>${bounded(
    shown,
    MAX_EVENTS,
    (e) =>
      html`<tr>
        <td class="time">${e.time}</td>
        <td class="more">${e.lane}</td>
        <td class="more">${cut(e.node, 60)}</td>
        <td>${e.href === null ? cut(e.what, 200) : html`<a href="#${e.href}">${cut(e.what, 200)}</a>`}</td>
      </tr>`,
  )}</tbody></table></div></details>${leftOut(events.length, shown.length, 'more events')}</section>`;
}

function eventsOf(d: AnalysisDocument): Event[] {
  const events: Event[] = [];
  const add = (
    time: string | null,
    lane: Event['lane'],
    node: string | null,
    what: string,
    href: string | null,
  ): void => {
    const ms = time === null ? NaN : Date.parse(time);
    if (time !== null && !Number.isNaN(ms)) events.push({ time, ms, lane, node: node ?? '', what, href });
  };
  const user = new Map(d.findings.flatMap((f) => f.evidence.map((id) => [id, f.id] as const)).reverse());
  for (const e of d.evidence) {
    const finding = user.get(e.id);
    add(
      e.time,
      'evidence',
      e.node,
      `${placeOf(e)} ${e.content}`,
      finding === undefined ? null : `${finding}-${e.id}`,
    );
  }
  for (const c of d.coverage.captures) {
    add(c.first, 'capture', c.node, `first packet of ${c.file}`, null);
    add(c.last, 'capture', c.node, `last packet of ${c.file}`, null);
  }
  for (const b of d.coverage.bundles)
    add(b.collected_at, 'collection', b.id, `bundle of ${b.id} collected`, null);
  return events.sort((a, b) => a.ms - b.ms || (a.what < b.what ? -1 : a.what > b.what ? 1 : 0));
}

const LANES: readonly Event['lane'][] = ['evidence', 'capture', 'collection'];

function axis(events: readonly Event[]): Markup {
  const from = events[0]!.ms;
  const span = Math.max(1, events.at(-1)!.ms - from);
  const x = (ms: number): number => Math.round(120 + ((ms - from) / span) * (WIDTH - 150));
  return html`<div class="wide" tabindex="0" role="region" aria-label="Time axis">
    <svg
      class="timeline"
      viewBox="0 0 ${WIDTH} 130"
      role="img"
      aria-label="Time axis from ${events[0]!.time} to ${events.at(-1)!.time}"
    >
      ${LANES.map(
        (lane, i) =>
          html`<text x="4" y="${30 + i * 30}" class="name">${lane}</text
            ><path class="rail" d="M120 ${26 + i * 30}H${WIDTH - 30}" />
            ${events.filter((e) => e.lane === lane).map((e) => html`<g class="event ${lane}"><title>${e.time} ${cut(e.what, 160)}</title><path d="${shape(lane, x(e.ms), 26 + i * 30)}" /></g>`)}`,
      )}
      <text x="120" y="118" class="small">${events[0]!.time}</text>
      <text x="${WIDTH - 30}" y="118" text-anchor="end" class="small">${events.at(-1)!.time}</text>
    </svg>
  </div>`;
}

/** A shape per lane: colours alone would not tell them apart. */
function shape(lane: Event['lane'], x: number, y: number): string {
  if (lane === 'evidence') return `M${x} ${y - 8}l7 14h-14z`;
  if (lane === 'capture') return `M${x - 6} ${y - 6}h12v12h-12z`;
  return `M${x} ${y - 8}l8 8l-8 8l-8 -8z`;
}
