import type { AnalysisDocument, DocFinding } from '../../model/document.js';
import { cut } from '../unsafe.js';
import { placeOf } from '../words.js';
import { bounded, html, kept, leftOut, NOTHING, type Markup } from './markup.js';

const MAX_EVENTS = 120;
/** Findings whose log lines are drawn. */
const MAX_BURSTS = 4;
const WIDTH = 1000;

interface Event {
  readonly time: string;
  readonly ms: number;
  readonly lane: 'capture' | 'evidence' | 'collection' | 'log lines';
  readonly node: string;
  readonly what: string;
  /** Anchor on the page. */
  readonly href: string | null;
}

/** Evidence, captures, collections and bursts of log lines on one axis, and the same as a list. */
export function timelineSection(d: AnalysisDocument): Markup {
  const events = eventsOf(d);
  if (events.length < 2) return NOTHING;
  const bursts = d.findings.filter((f) => f.activity !== undefined);
  const shown =
    events.length > MAX_EVENTS
      ? [...events.slice(0, MAX_EVENTS / 2), ...events.slice(-MAX_EVENTS / 2)]
      : events;
  return html`<section id="timeline" aria-labelledby="timeline-h"><h2 id="timeline-h">Timeline</h2>
${axis(shown, bursts.slice(0, MAX_BURSTS))}${leftOut(bursts.length, Math.min(bursts.length, MAX_BURSTS), 'more findings with log lines')}
<details${events.length <= 12 ? html` open` : NOTHING}><summary>${events.length} events, UTC</summary><div class="wide" tabindex="0" role="region" aria-label="Events in order of time"><table><thead><tr><th scope="col">time</th><th scope="col" class="more">kind</th><th scope="col" class="more">node</th><th scope="col">what</th></tr></thead>
<tbody>${bounded(
    shown,
    MAX_EVENTS,
    (e) =>
      html`<tr>
        <td class="time">${e.time}</td>
        <td class="more">${e.lane}</td>
        <td class="more">${kept(cut(e.node, 60))}</td>
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
  for (const { id, node, from, step, counts } of burstsOf(d.findings)) {
    const most = Math.max(...counts);
    const total = counts.reduce((a, b) => a + b, 0);
    add(
      iso(from + counts.indexOf(most) * step),
      'log lines',
      node,
      `${id}: ${total} log lines like its evidence; the busiest ${duration(step / 1000)} begin here, with ${most}`,
      id,
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

function duration(seconds: number): string {
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.round(seconds / 360) / 10} h`;
  return `${Math.round(seconds / 8640) / 10} days`;
}

interface Bursts {
  readonly id: string;
  readonly node: string | null;
  readonly title: string;
  readonly from: number;
  /** Milliseconds. */
  readonly step: number;
  readonly counts: readonly number[];
}

function burstsOf(findings: readonly DocFinding[]): Bursts[] {
  return findings.flatMap(({ id, node, title, activity }) =>
    activity === undefined || activity.counts.length === 0 || Number.isNaN(Date.parse(activity.from))
      ? []
      : [
          {
            id,
            node,
            title,
            from: Date.parse(activity.from),
            step: activity.step_seconds * 1000,
            counts: activity.counts,
          },
        ],
  );
}

const LANE = 30;
const BAR = 22;

function axis(events: readonly Event[], findings: readonly DocFinding[]): Markup {
  const bursts = burstsOf(findings);
  const from = Math.min(events[0]!.ms, ...bursts.map((b) => b.from));
  const to = Math.max(events.at(-1)!.ms, ...bursts.map((b) => b.from + b.step * b.counts.length));
  const span = Math.max(1, to - from);
  const top = bursts.length * LANE;
  const height = 130 + top;
  const x = (ms: number): number => Math.round(120 + ((ms - from) / span) * (WIDTH - 150));
  return html`<div class="wide" tabindex="0" role="region" aria-label="Time axis">
    <svg
      class="timeline"
      viewBox="0 0 ${WIDTH} ${height}"
      role="img"
      aria-label="Time axis from ${iso(from)} to ${iso(to)}"
    >
      ${bursts.map((b, i) => {
        const most = Math.max(1, ...b.counts);
        const base = 10 + BAR + i * LANE;
        return html`<text x="4" y="${base - 4}" class="name">${b.id} log</text
          ><path class="rail" d="M120 ${base}H${WIDTH - 30}" /> ${b.counts.map((n, k) => {
            if (n === 0) return NOTHING;
            const [left, right] = [x(b.from + k * b.step), x(b.from + (k + 1) * b.step)];
            const tall = Math.max(2, Math.round((n / most) * BAR));
            return html`<g class="event burst"
              ><title>
                ${n} log lines of ${b.id}, ${cut(b.title, 120)}, within ${duration(b.step / 1000)} from
                ${iso(b.from + k * b.step)}</title
              ><path d="M${left} ${base}v-${tall}h${Math.max(2, right - left)}v${tall}z"
            /></g>`;
          })}`;
      })}
      ${LANES.map(
        (lane, i) =>
          html`<text x="4" y="${top + 30 + i * LANE}" class="name">${lane}</text
            ><path class="rail" d="M120 ${top + 26 + i * LANE}H${WIDTH - 30}" />
            ${events.filter((e) => e.lane === lane).map((e) => html`<g class="event ${lane}"><title>${e.time} ${cut(e.what, 160)}</title><path d="${shape(lane, x(e.ms), top + 26 + i * LANE)}" /></g>`)}`,
      )}
      <text x="120" y="${top + 118}" class="small">${iso(from)}</text>
      <text x="${WIDTH - 30}" y="${top + 118}" text-anchor="end" class="small">${iso(to)}</text>
    </svg>
  </div>`;
}

/** A shape per lane: colours alone would not tell them apart. */
function shape(lane: Event['lane'], x: number, y: number): string {
  if (lane === 'evidence') return `M${x} ${y - 8}l7 14h-14z`;
  if (lane === 'capture') return `M${x - 6} ${y - 6}h12v12h-12z`;
  return `M${x} ${y - 8}l8 8l-8 8l-8 -8z`;
}

/** The largest time that a date can hold. */
const MAX_DATE = 8.64e15;

function iso(ms: number): string {
  return new Date(Math.max(-MAX_DATE, Math.min(MAX_DATE, ms))).toISOString();
}
