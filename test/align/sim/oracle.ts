import type { Flow, Point, Trace } from '../../../src/model/trace.js';
import { apparentLosses, sameBytes, type Apparent } from './apparent.js';
import type { Conn, Loss, Place } from './network.js';
import type { Simulated, TapPlan } from './scenario.js';

const CROSS: Point[] = ['src_veth', 'src_eth0', 'dst_eth0', 'dst_veth'];
const SAME: Point[] = ['src_veth', 'dst_veth'];
const SEGMENTS: Place[] = ['src_node', 'vpc', 'dst_node'];

/** Answers that are right for a run, as `vpc`, `return_vpc`, `none`, `unknown`. */
export interface Accepted {
  readonly summary: ReadonlySet<string>;
  /** Right only if not said with high confidence: what the captures show, though it is not what was. */
  readonly doubtful: ReadonlySet<string>;
  readonly why: string;
}

/** What is wrong with the alignment of a run; empty when nothing is. */
export function complaints(sim: Simulated, trace: Trace): string[] {
  const apparent = apparentLosses(sim);
  const right = accepted(sim, apparent);
  const got = answer(trace);
  const out = [...falseAlarms(sim, trace, apparent), ...misplaced(sim, trace, apparent, right.summary)];
  const uncompared = got === 'none' && trace.clocks.some((c) => c.offsetNs === null);
  const doubted = (right.doubtful.has(got) || uncompared) && trace.summary.confidence !== 'high';
  if (!right.summary.has(got) && !doubted)
    out.unshift(
      `${got} (${trace.summary.confidence}), not ${[...right.summary].join(' or ')} [${right.why}]`,
    );
  return out;
}

/** Losses of the run that the captures on both sides of the place had a chance to see. */
function visible(
  sim: Simulated,
  place: Place,
  direction: 'forward' | 'return',
  usable: (t: TapPlan) => boolean = () => true,
): { span: Place[]; units: number; sure: number } | null {
  const order = sim.sameNode ? SAME : CROSS;
  const travel = direction === 'forward' ? order : [...order].reverse();
  const segments = sim.sameNode
    ? (['src_node'] as Place[])
    : direction === 'forward'
      ? SEGMENTS
      : [...SEGMENTS].reverse();
  const at = segments.indexOf(place);
  const captured = travel.map((p) => sim.taps.find((t) => t.point === p && usable(t)));
  let left = at;
  while (left >= 0 && captured[left] === undefined) left--;
  let right = at + 1;
  while (right < travel.length && captured[right] === undefined) right++;
  if (left < 0 || right >= travel.length) return null;
  const [l, r] = [captured[left]!, captured[right]!];
  const shown = nodeShown(sim, r);
  let units = 0;
  let sure = 0;
  for (const c of sim.conns)
    for (const loss of c.lost.get(`${place}.${direction}`) ?? []) {
      if (sim.missRate > 0 && !shownAt(sim, l, c, loss)) continue;
      if (loss.t <= Math.max(l.from, r.from, shown.first) || loss.t >= Math.min(l.to, r.to, shown.last))
        continue;
      units += loss.units;
      if (loss.t > shown.own || c.protocol === 6) sure += loss.units;
    }
  return { span: segments.slice(left, right), units, sure };
}

/** Does the capture before the loss hold the packet; and of one of TCP, that it was sent again? */
function shownAt(sim: Simulated, before: TapPlan, c: Conn, loss: Loss): boolean {
  const copies = sim.captured.filter(
    (s) => s.station === before.station && s.packet.conn === c && sameBytes(s.packet, loss.packet),
  );
  const here = copies.some((s) => s.t <= loss.t && loss.t - s.t < 1e8);
  return here && (c.protocol !== 6 || copies.length > 1);
}

/**
 * From when to when the captures of a node show by their frames that they ran. One that holds nothing is believed to
 * have begun a while after the first of the others. Before the first frame of its own (`own`) datagrams may as well
 * have come before its beginning: who sends them goes on whether or not they arrive.
 */
function nodeShown(sim: Simulated, tap: TapPlan): { first: number; last: number; own: number } {
  const stations = new Set(sim.taps.filter((t) => t.node === tap.node).map((t) => t.station));
  let first = Infinity;
  let last = -Infinity;
  let own = Infinity;
  for (const s of sim.captured) {
    if (!stations.has(s.station)) continue;
    first = Math.min(first, s.t);
    last = Math.max(last, s.t);
    if (s.station === tap.station) own = Math.min(own, s.t);
  }
  const empty = own === Infinity;
  return { first: empty ? first + 0.35e9 : first, last: last - 1.6e9, own: empty ? -Infinity : own };
}

/**
 * Can anybody tell where a capture stands? Not when no bundle names its MAC, no file name speaks, no ARP, and all it
 * holds is one host talking to another: the veth of a pod that hears its node, or the ENI of a node that talks to another.
 */
function placeable(sim: Simulated, tap: TapPlan): boolean {
  if (sim.knows !== 'none' || sim.asks || sim.style !== 'counter') return true;
  const ends = new Set<string>();
  for (const s of sim.captured)
    if (s.station === tap.station)
      ends.add([s.packet.conn.client.ip, s.packet.conn.server.ip].sort().join(' '));
  return ends.size !== 1;
}

/** Nothing in the captures tells that every conversation they hold got through: an answer, or its arrival. */
function open(sim: Simulated): boolean {
  const target = sim.captured.filter((s) => s.packet.conn.target);
  if (target.length === 0) return true;
  return sim.conns.some((c) => {
    const own = target.filter((s) => s.packet.conn === c);
    const answered = own.some((s) => s.packet.way === 1 && s.packet.error === undefined);
    const arrived = own.some((s) => s.packet.way === 0 && s.station === `veth:${c.server.name}`);
    return own.length > 0 && !answered && !arrived;
  });
}

export function accepted(sim: Simulated, apparent: Apparent): Accepted {
  const truth = acceptedInTruth(sim);
  const doubtful = new Set<string>();
  const v =
    sim.plan.kind === 'drop' || sim.plan.kind === 'lossy' || sim.plan.kind === 'size'
      ? visible(sim, sim.plan.place as Place, sim.plan.direction as 'forward')
      : null;
  // Losses among packets of which the captures miss some by themselves: not to be told apart, if few.
  if (sim.missRate > 0 && v !== null && v.sure < 25) doubtful.add('none');
  // A few packets that captures missed look lost; many real losses beside them outweigh them.
  for (const [place, units] of apparent.places) if ((v?.sure ?? 0) <= 2 * units) doubtful.add(place);
  return { ...truth, doubtful };
}

function acceptedInTruth(sim: Simulated): Omit<Accepted, 'doubtful'> {
  const { plan } = sim;
  const prefix = plan.direction === 'return' ? 'return_' : '';
  const total = sim.conns.reduce((n, c) => n + [...c.lost.values()].flat().length, 0);
  const undecided = open(sim) ? ['unknown'] : [];
  if (plan.kind === 'healthy') return { summary: new Set(['none', ...undecided]), why: 'healthy' };
  const targetSeen = sim.tables.some((t) => t.packets > 0);
  if (!targetSeen) return { summary: new Set(['unknown', 'none']), why: 'nothing captured' };
  if (plan.kind === 'reject') {
    const where = sim.sameNode && plan.place !== 'dst_pod' ? 'src_node' : (plan.place as string);
    const full = sim.taps.length === (sim.sameNode ? 2 : 4) && sim.taps.every((t) => t.from === 0);
    const out = new Set([where]);
    if (!full) out.add('unknown');
    // A reset and what it answers, both with their initial TTL: a node refuses its pod, or a pod its node.
    const aloneAtVeth = sim.knows === 'none' && !sim.asks && !sim.taps.some((t) => t.point.endsWith('eth0'));
    if (aloneAtVeth && plan.place === 'src_node') out.add('unknown');
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
    // Data that is repeated because its acknowledgements die shows the place of the fault, or that there is one.
    const acks = sim.conns.some((c) => c.lostAcks.size > 0) ? [prefix + plan.place, 'unknown'] : [];
    return { summary: new Set(['none', ...acks, ...undecided]), why: 'fault never hit' };
  }
  if (plan.place === 'dst_pod') {
    const last = sim.taps.find((t) => t.point === 'dst_veth');
    if (last === undefined || last.from > 0)
      return { summary: new Set(['unknown', 'none', 'dst_pod']), why: 'silent pod, not captured' };
    // Without a bundle or ARP, what goes out to a pod that says nothing may as well go out at an ENI.
    const masked = sim.sameNode && sim.knows === 'none' ? ['unknown'] : [];
    return {
      summary: new Set(plan.traffic === 'udp' ? ['dst_pod', 'none', 'unknown'] : ['dst_pod', ...masked]),
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
  // Without a bundle, captures that hold nothing have no known place; nor has a service whose pods nobody saw asked.
  const dark =
    ((sim.knows !== 'all' || (sim.style === 'counter' && sim.taps.length < 4)) &&
      sim.tables.some((t) => t.packets === 0)) ||
    sim.tables.every((t) => t.packets === 0 || t.file === sim.tables[0]!.file) ||
    (sim.knows === 'none' && sim.nat === 'dnat' && plan.place === 'src_node' && plan.kind === 'drop');
  const placed = visible(sim, plan.place as Place, plan.direction as 'forward', (t) => placeable(sim, t));
  for (const s of placed?.span ?? []) out.add(prefix + s);
  if (placed === null || placed.span.length > v.span.length) out.add('unknown');
  if (placed === null) out.add('none');
  if (dark || v.sure < 3 || (sim.missRate > 0 && v.sure < 12)) {
    out.add('none');
    out.add('unknown');
  }
  return { summary: out, why: `lost ${v.units}, of them surely ${v.sure}, in ${v.span.join('+')}` };
}

export function answer(trace: Trace): string {
  return placeOf(trace.summary);
}

function placeOf({ segment, direction }: Pick<Flow, 'segment' | 'direction'>): string {
  return segment === 'none' || segment === 'unknown'
    ? segment
    : (direction === 'return' ? 'return_' : '') + segment;
}

function connOf(sim: Simulated, f: Flow): Conn | undefined {
  return sim.conns.find((c) =>
    [c.near, c.far].some(
      (t) =>
        (t.src === f.src.ip && t.sport === f.src.port && t.dst === f.dst.ip) ||
        (t.dst === f.src.ip && t.dport === f.src.port && t.src === f.dst.ip && t.sport === f.dst.port),
    ),
  );
}

const nameOf = (f: Flow): string =>
  `${f.protocol} ${f.src.ip}:${f.src.port} > ${f.dst.ip}:${f.dst.port} ${f.verdict} ${f.segment} ${f.direction} ${f.reason}`;

/** Flows that were called lost or refused although nothing of theirs was. */
export function falseAlarms(sim: Simulated, trace: Trace, apparent: Apparent): string[] {
  const out: string[] = [];
  for (const f of trace.flows) {
    if (f.verdict === 'delivered' || f.verdict === 'inconclusive') continue;
    const conn = connOf(sim, f);
    if (conn !== undefined && seemsLost(f, apparent.conns.get(conn))) continue;
    if (conn === undefined) out.push(`unknown flow ${nameOf(f)}`);
    else if (!conn.target) out.push(`bystander ${nameOf(f)}`);
    else if (sim.plan.kind !== 'reject' && conn.lost.size + conn.lostAcks.size === 0)
      out.push(`nothing lost ${nameOf(f)}`);
  }
  return out;
}

function seemsLost(f: Flow, places: ReadonlySet<string> | undefined): boolean {
  if (places === undefined) return false;
  return f.segment === 'unknown' || places.has(placeOf(f));
}

/** Flows in question that lost packets, but not where the alignment puts it. */
export function misplaced(
  sim: Simulated,
  trace: Trace,
  apparent: Apparent,
  right: ReadonlySet<string>,
): string[] {
  const out: string[] = [];
  if (sim.plan.kind === 'healthy' || sim.plan.kind === 'reject') return out;
  for (const f of trace.flows) {
    if (f.verdict !== 'dropped' && f.verdict !== 'lossy') continue;
    const conn = connOf(sim, f);
    if (conn === undefined || !conn.target || f.segment === 'unknown' || f.segment === 'none') continue;
    if (right.has(placeOf(f))) continue;
    const key = `${f.segment}.${f.direction}`;
    if (conn.lost.has(key) || conn.lostAcks.has(key)) continue;
    if (conn.lost.size + conn.lostAcks.size === 0 || seemsLost(f, apparent.conns.get(conn))) continue;
    out.push(`misplaced ${nameOf(f)}, truly ${[...conn.lost.keys(), ...conn.lostAcks].join(' and ')}`);
  }
  return out;
}
