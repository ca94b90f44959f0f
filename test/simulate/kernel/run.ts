import type { Family, NodeFacts } from '../../../src/model/node.js';
import { simulate, type SimResult } from '../../../src/simulate/index.js';
import { nodeFacts } from '../facts.js';
import { addressesOf, type Addresses, DEVICES } from './addresses.js';
import { judge, realOutcome, type Real } from './compare.js';
import { Lab, type ProbeEvent } from './lab.js';
import { type Case, randomPacket, replyTo } from './packets.js';
import { Random } from './random.js';
import { randomRouting, randomSysctls } from './routing.js';
import { randomRules, randomSets } from './rules.js';

/** Sums over all labs. */
export interface Tally {
  labs: number;
  /** Rule sets that the kernel refused to load. */
  refusedRules: number;
  cases: number;
  replies: number;
  agreed: number;
  /** Of those agreed, the ones where the simulation leaves more than one outcome open. */
  open: number;
  answerNotSeen: number;
  /** The simulation says that it does not follow such packets. */
  notFollowed: number;
  /** Left out because the kernel limits its answers (five per source). */
  limited: number;
  readonly verdicts: Map<string, number>;
  readonly disagreements: string[];
}

export function newTally(): Tally {
  return {
    labs: 0,
    refusedRules: 0,
    cases: 0,
    replies: 0,
    agreed: 0,
    open: 0,
    answerNotSeen: 0,
    notFollowed: 0,
    limited: 0,
    verdicts: new Map(),
    disagreements: [],
  };
}

/** Rules and routes that a test gives instead of random ones. */
export interface Scenario {
  readonly family: Family;
  readonly rules: string;
  /** `ip` commands. */
  readonly routing: readonly string[];
  readonly sysctl: readonly string[];
}

/** Builds one router with random rules and routes, sends packets through it and compares. */
export async function runLab(
  seed: number,
  packets: number,
  tally: Tally,
  scenario: Scenario | null = null,
): Promise<void> {
  const r = new Random(seed);
  const family: Family = scenario?.family ?? (seed % 3 === 2 ? 6 : 4);
  const a = addressesOf(family);
  const legacy = seed % 4 === 3;
  const lab = new Lab(seed, legacy);
  try {
    lab.create(a);
    const marked = r.chance(0.3);
    lab.sysctl([...randomSysctls(r, marked), ...(scenario?.sysctl ?? [])]);
    lab.ip(scenario?.routing ?? randomRouting(r, a, marked), family === 6);
    const sets = r.chance(0.6) && lab.restoreSets(randomSets(a));
    const rules =
      scenario === null ? randomRules(r, a, sets, marked) : { text: scenario.rules, usesNoTrack: false };
    try {
      lab.restore(rules.text, family === 6);
    } catch (error) {
      tally.refusedRules += 1;
      if (process.env['EKS_NETCHECK_KERNEL_DEBUG'] !== undefined) console.error(String(error), rules.text);
      return;
    }
    const node = dump(lab, a);
    await lab.start();
    tally.labs += 1;
    const cases = Array.from({ length: packets }, (_, n) => randomPacket(r, a, n));
    const refusedTo = new Map<string, number>();
    const context = { lab, node, seed, tally, refusedTo };
    const forwarded = await compare(context, cases);
    if (rules.usesNoTrack) return;
    const replies = forwarded.map(({ c, sim }) => replyTo(c, sim.outInterface!, sim.ctmark!));
    tally.replies += replies.length;
    await compare(context, replies);
  } finally {
    lab.destroy();
  }
}

/** What a log collector would find on this router. */
function dump(lab: Lab, a: Addresses): NodeFacts {
  const six = a.family === 6;
  const ip = (...args: string[]): string => lab.exec('ip', six ? ['-6', ...args] : args);
  const iptables = lab.save(six);
  const rules = ip('rule', 'show');
  const routes = ip('route', 'show', 'table', 'all');
  const sysctl = lab.exec('sh', ['-c', "sysctl -a -r '^net.ipv[46].(conf|ip_forward)' 2>/dev/null"]);
  const ipset = lab.exec('sh', ['-c', 'ipset --list; echo; ipset --save']);
  return nodeFacts({
    ...(six ? { ip6tables: iptables, rules6: rules, routes6: routes } : { iptables, rules, routes }),
    sysctl,
    ipset,
    interfaces: DEVICES.map((name) => ({
      name,
      addresses: a.own.filter((o) => o.dev === name).map((o) => `${o.address}/${o.length}`),
    })),
    primaryIp: a.own[0]!.address,
  });
}

interface Context {
  readonly lab: Lab;
  readonly node: NodeFacts;
  readonly seed: number;
  readonly tally: Tally;
  /** Answers of the routing code so far, by source: the kernel sends five and then one per second. */
  readonly refusedTo: Map<string, number>;
}

async function compare(
  { lab, node, seed, tally, refusedTo }: Context,
  cases: readonly Case[],
): Promise<{ c: Case; sim: SimResult }[]> {
  const events = byId(await lab.send(cases.map((c) => c.probe)));
  const forwarded: { c: Case; sim: SimResult }[] = [];
  let late: Map<number, ProbeEvent[]> | null = null;
  for (const c of cases) {
    const sim = simulate(node, c.sim);
    let real = realOutcome(eventsOf(c, events));
    let verdict = judge(node, c, sim, real);
    if (verdict === 'disagree' && real.kind === 'dropped') {
      late ??= byId(await lab.send([]));
      real = realOutcome([...eventsOf(c, events), ...eventsOf(c, late)]);
      verdict = judge(node, c, sim, real);
    }
    tally.cases += 1;
    if (sim.decidedBy?.kind === 'route' && sim.verdict === 'rejected') {
      refusedTo.set(c.sim.src, (refusedTo.get(c.sim.src) ?? 0) + 1);
    }
    if (verdict === 'disagree' && real.kind === 'dropped' && (refusedTo.get(c.sim.src) ?? 0) > 5) {
      tally.limited += 1;
      continue;
    }
    count(tally, seed, c, sim, real, verdict);
    if (verdict === 'agree' && sim.verdict === 'forwarded' && repliable(c, sim)) forwarded.push({ c, sim });
  }
  return forwarded;
}

function repliable(c: Case, sim: SimResult): boolean {
  return (
    sim.translated === null &&
    sim.outInterface !== null &&
    sim.ctmark !== null &&
    sim.branches === undefined &&
    c.sim.ctstate === 'NEW' &&
    c.probe.iif !== null
  );
}

function count(tally: Tally, seed: number, c: Case, sim: SimResult, real: Real, verdict: string): void {
  tally.verdicts.set(real.kind, (tally.verdicts.get(real.kind) ?? 0) + 1);
  if (verdict === 'agree') {
    tally.agreed += 1;
    if (sim.verdict === 'undetermined') tally.open += 1;
  } else if (verdict === 'answer-not-seen') tally.answerNotSeen += 1;
  else if (verdict === 'not-followed') tally.notFollowed += 1;
  else {
    const said = (sim.branches ?? [sim]).map(
      (s) =>
        `${s.verdict} ${s.outInterface ?? ''} ${JSON.stringify(s.translated)} ${s.decidedBy?.text ?? ''} ${s.decidedBy?.rejectWith ?? ''}`,
    );
    tally.disagreements.push(
      `seed ${seed}: ${JSON.stringify(c.sim)}\n  kernel: ${real.kind} ${real.text}\n  simulated: ${said.join('\n    or ')}\n  ${sim.undetermined.join('; ')}\n${sim.trail
        .map((t) => `    ${t.hook} ${t.table ?? ''} ${t.chain ?? ''}: ${t.text} => ${t.effect}`)
        .join('\n')}`,
    );
  }
}

/** A reset of a packet with ACK carries the acknowledged number, not the packet's own. */
function eventsOf(c: Case, events: ReadonlyMap<number, ProbeEvent[]>): ProbeEvent[] {
  const resets = c.probe.ack === c.probe.id ? [] : (events.get(c.probe.ack) ?? []);
  return [...(events.get(c.probe.id) ?? []), ...resets.filter((e) => e.kind === 'rst')];
}

function byId(events: readonly ProbeEvent[]): Map<number, ProbeEvent[]> {
  const map = new Map<number, ProbeEvent[]>();
  for (const event of events) map.set(event.id, [...(map.get(event.id) ?? []), event]);
  return map;
}
