import type { Point, Trace } from '../../../src/model/trace.js';
import type { Place } from './network.js';
import type { Simulated } from './scenario.js';

const CROSS: Point[] = ['src_veth', 'src_eth0', 'dst_eth0', 'dst_veth'];
const SAME: Point[] = ['src_veth', 'dst_veth'];
const SEGMENTS: Place[] = ['src_node', 'vpc', 'dst_node'];

/** Answers that are right for a run, as `vpc`, `return_vpc`, `none`, `unknown`. */
export interface Accepted {
  readonly summary: ReadonlySet<string>;
  readonly why: string;
}

/** Losses of the run that the captures on both sides of the place had a chance to see. */
function visible(
  sim: Simulated,
  place: Place,
  direction: 'forward' | 'return',
): { span: Place[]; units: number } | null {
  const order = sim.sameNode ? SAME : CROSS;
  const travel = direction === 'forward' ? order : [...order].reverse();
  const segments = sim.sameNode
    ? (['src_node'] as Place[])
    : direction === 'forward'
      ? SEGMENTS
      : [...SEGMENTS].reverse();
  const at = segments.indexOf(place);
  const captured = travel.map((p) => sim.taps.find((t) => t.point === p));
  let left = at;
  while (left >= 0 && captured[left] === undefined) left--;
  let right = at + 1;
  while (right < travel.length && captured[right] === undefined) right++;
  if (left < 0 || right >= travel.length) return null;
  const [l, r] = [captured[left]!, captured[right]!];
  const shown = nodeShown(sim, r.node);
  let units = 0;
  for (const c of sim.conns)
    for (const loss of c.lost.get(`${place}.${direction}`) ?? [])
      if (
        loss.t > l.from &&
        loss.t < l.to &&
        loss.t > r.from &&
        loss.t < r.to &&
        loss.t > shown.first &&
        loss.t < shown.last
      )
        units += loss.units;
  return { span: segments.slice(left, right), units };
}

/** From when to when the captures of a node show by their frames that they ran. */
function nodeShown(sim: Simulated, node: number): { first: number; last: number } {
  const stations = new Set(sim.taps.filter((t) => t.node === node).map((t) => t.station));
  let first = Infinity;
  let last = -Infinity;
  for (const s of sim.sightings) {
    const tap = sim.taps.find((t) => t.station === s.station);
    if (!stations.has(s.station) || tap === undefined || s.t < tap.from || s.t > tap.to) continue;
    first = Math.min(first, s.t);
    last = Math.max(last, s.t);
  }
  return { first, last: last - 1.6e9 };
}

export function accepted(sim: Simulated): Accepted {
  const { plan } = sim;
  const prefix = plan.direction === 'return' ? 'return_' : '';
  const total = sim.conns.reduce((n, c) => n + [...c.lost.values()].flat().length, 0);
  if (plan.kind === 'healthy') return { summary: new Set(['none']), why: 'healthy' };
  const targetSeen = sim.tables.some((t) => t.packets > 0);
  if (!targetSeen) return { summary: new Set(['unknown', 'none']), why: 'nothing captured' };
  if (plan.kind === 'reject') {
    const where = sim.sameNode && plan.place !== 'dst_pod' ? 'src_node' : (plan.place as string);
    const full = sim.taps.length === (sim.sameNode ? 2 : 4) && sim.taps.every((t) => t.from === 0);
    const out = new Set([where]);
    if (!full) out.add('unknown');
    const before =
      plan.place === 'src_node' || sim.sameNode ? ['src_veth'] : ['src_veth', 'src_eth0', 'dst_eth0'];
    if (
      sim.missRate > 0 ||
      !sim.taps.some((t) => before.includes(t.point)) ||
      sim.taps.some((t) => t.from > 0) ||
      !sim.taps.some((t) => t.point === 'src_veth' || t.point === 'src_eth0')
    )
      out.add('none');
    return { summary: out, why: 'reject' };
  }
  if (total === 0) {
    // Data that is repeated because its acknowledgements die shows the place of the fault.
    const acks = sim.conns.some((c) => c.lostAcks.size > 0) ? [prefix + plan.place] : [];
    return { summary: new Set(['none', ...acks]), why: 'fault never hit' };
  }
  if (plan.place === 'dst_pod') {
    const last = sim.taps.find((t) => t.point === 'dst_veth');
    if (last === undefined || last.from > 0)
      return { summary: new Set(['unknown', 'none', 'dst_pod']), why: 'silent pod, not captured' };
    return {
      summary: new Set(plan.traffic === 'udp' ? ['dst_pod', 'none', 'unknown'] : ['dst_pod']),
      why: 'silent pod',
    };
  }
  const v = visible(sim, plan.place as Place, plan.direction as 'forward');
  if (v === null) {
    const out = new Set(['unknown', 'none']);
    return { summary: out, why: 'place not between captured points' };
  }
  const out = new Set<string>();
  if (v.span.length === 1) out.add(prefix + v.span[0]!);
  else {
    out.add('unknown');
    for (const s of v.span) out.add(prefix + s);
  }
  // Without a bundle, captures that hold nothing have no known place.
  const dark =
    (sim.knows !== 'all' && sim.tables.some((t) => t.packets === 0)) ||
    sim.tables.every((t) => t.packets === 0 || t.file === sim.tables[0]!.file);
  if (dark || v.units < 3 || (sim.missRate > 0 && v.units < 12)) {
    out.add('none');
    out.add('unknown');
  }
  return { summary: out, why: `lost ${v.units} in ${v.span.join('+')}` };
}

export function answer(trace: Trace): string {
  const { segment, direction } = trace.summary;
  return segment === 'none' || segment === 'unknown'
    ? segment
    : (direction === 'return' ? 'return_' : '') + segment;
}

/** Flows that were called lost or refused although nothing of theirs was. */
export function falseAlarms(sim: Simulated, trace: Trace): string[] {
  const out: string[] = [];
  for (const f of trace.flows) {
    if (f.verdict === 'delivered' || f.verdict === 'inconclusive') continue;
    const conn = sim.conns.find((c) =>
      [c.near, c.far].some(
        (t) =>
          (t.src === f.src.ip && t.sport === f.src.port && t.dst === f.dst.ip) ||
          (t.dst === f.src.ip && t.dport === f.src.port && t.src === f.dst.ip && t.sport === f.dst.port),
      ),
    );
    const name = `${f.protocol} ${f.src.ip}:${f.src.port} > ${f.dst.ip}:${f.dst.port} ${f.verdict} ${f.segment} ${f.direction} ${f.reason}`;
    if (conn === undefined) out.push(`unknown flow ${name}`);
    else if (!conn.target) out.push(`bystander ${name}`);
    else if (sim.plan.kind !== 'reject' && conn.lost.size + conn.lostAcks.size === 0)
      out.push(`nothing lost ${name}`);
  }
  return out;
}
