import type { NodeFacts } from '../../../src/model/node.js';
import { simulate, type SimResult } from '../../../src/simulate/index.js';
import type { ProbeEvent } from './lab.js';
import type { Case } from './packets.js';

/** What became of a packet, by what the probe saw. */
export interface Real {
  readonly kind: 'forwarded' | 'delivered' | 'rejected' | 'dropped';
  readonly text: string;
  readonly event: ProbeEvent | null;
}

export function realOutcome(events: readonly ProbeEvent[]): Real {
  const local = events.find((e) => e.kind === 'local');
  if (local !== undefined)
    return {
      kind: 'delivered',
      text: `local ${local.src}:${local.sport} > ${local.dst}:${local.dport}`,
      event: local,
    };
  const out = events.find((e) => e.kind === 'out');
  if (out !== undefined) {
    return {
      kind: 'forwarded',
      text: `${out.dev} ${out.src}:${out.sport} > ${out.dst}:${out.dport}`,
      event: out,
    };
  }
  const refusal = events.find((e) => e.kind === 'icmp' || e.kind === 'rst');
  if (refusal !== undefined) {
    return {
      kind: 'rejected',
      text: refusal.kind === 'rst' ? 'rst' : `icmp ${refusal.type}/${refusal.code}`,
      event: refusal,
    };
  }
  const error = events.find((e) => e.kind === 'error');
  return {
    kind: 'dropped',
    text: error === undefined ? 'nothing' : `errno ${error.errno}`,
    event: error ?? null,
  };
}

const ICMP_CODES: Readonly<Record<string, string>> = {
  'icmp-net-unreachable': '3/0',
  'icmp-host-unreachable': '3/1',
  'icmp-proto-unreachable': '3/2',
  'icmp-port-unreachable': '3/3',
  'icmp-net-prohibited': '3/9',
  'icmp-host-prohibited': '3/10',
  'icmp-admin-prohibited': '3/13',
  'icmp6-no-route': '1/0',
  'icmp6-adm-prohibited': '1/1',
  'icmp6-addr-unreachable': '1/3',
  'icmp6-port-unreachable': '1/4',
};

export type Judgement = 'agree' | 'disagree' | 'answer-not-seen' | 'not-followed';

/** Does one outcome of the simulation fit what happened? */
export function fits(c: Case, sim: SimResult, real: Real): boolean {
  const { probe } = c;
  if (probe.iif === null && real.kind !== 'forwarded' && real.kind !== 'delivered') {
    return sim.verdict === 'dropped' || sim.verdict === 'rejected';
  }
  if (sim.verdict !== real.kind) return false;
  const seen = real.event;
  if (real.kind === 'dropped' || seen === null) return true;
  if (real.kind === 'rejected') return fitsRefusal(c, sim, seen);
  if (real.kind === 'forwarded' && sim.outInterface !== seen.dev) return false;
  // Rules at the end of mangle POSTROUTING write marks and states into the time to live.
  if (real.kind === 'forwarded' && sim.ttl !== null && sim.ttl !== seen.ttl) return false;
  const src = sim.translated?.src ?? { ip: probe.src, port: probe.sport };
  const dst = sim.translated?.dst ?? { ip: probe.dst, port: probe.dport };
  const ports = probe.protocol === 6 || probe.protocol === 17;
  // nat INPUT changes the source only; the raw socket shows it.
  return (
    (src.ip === null || src.ip === seen.src) &&
    dst.ip === seen.dst &&
    (!ports || src.port === null || src.port === seen.sport) &&
    (!ports || dst.port === null || dst.port === seen.dport)
  );
}

function fitsRefusal(c: Case, sim: SimResult, seen: ProbeEvent): boolean {
  const six = c.sim.family === 6;
  if (sim.decidedBy?.kind === 'ttl') return seen.kind === 'icmp' && seen.type === (six ? 3 : 11);
  const answer = sim.decidedBy?.rejectWith ?? '';
  if (answer === 'tcp-reset') return seen.kind === 'rst';
  return seen.kind === 'icmp' && `${seen.type}/${seen.code}` === ICMP_CODES[answer];
}

/** Compares; where a refusal was computed and nothing seen, asks whether the answer could leave the router. */
export function judge(node: NodeFacts, c: Case, sim: SimResult, real: Real): Judgement {
  const possible = sim.branches ?? [sim];
  if (possible.some((one) => fits(c, one, real))) return 'agree';
  if (possible.some((one) => one.verdict === 'undetermined')) return 'not-followed';
  const refusals = possible.filter((one) => one.verdict === 'rejected');
  if (real.kind !== 'dropped' || refusals.length === 0) return 'disagree';
  return refusals.some((one) => answerLeaves(node, c, one)) ? 'disagree' : 'answer-not-seen';
}

/** True when the router's own answer surely reaches the far end of a link. */
function answerLeaves(node: NodeFacts, c: Case, refusal: SimResult): boolean {
  const six = c.sim.family === 6;
  const reset = refusal.decidedBy?.rejectWith === 'tcp-reset';
  const sources = reset
    ? [refusal.translated?.dst.ip ?? c.sim.dst]
    : (node.interfaces.value.flatMap((i) => i.addresses) ?? [])
        .filter((a) => (a.family === 6) === six)
        .map((a) => a.address);
  // The kernel looks for the way back before it has picked a source.
  if (!reset) sources.push(six ? '::' : '0.0.0.0');
  return sources.every((src) => {
    const answer = simulate(node, {
      family: c.sim.family,
      src,
      dst: c.sim.src,
      protocol: reset ? 'tcp' : six ? 'icmpv6' : 'icmp',
      sport: reset ? c.sim.dport : 0,
      dport: reset ? c.sim.sport : 0,
      iif: null,
      ctstate: c.sim.ctstate === 'INVALID' ? 'INVALID' : 'RELATED',
      ...(reset ? { tcpFlags: 'RST,ACK' } : { icmpType: six ? 1 : 3 }),
    });
    return answer.verdict === 'forwarded';
  });
}
