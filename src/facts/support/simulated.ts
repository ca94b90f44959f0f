/** The flows in question, put through the nodes they pass. */
import { simulate, type SimPacket, type SimResult } from '../../simulate/index.js';
import type { Family, NodeFacts } from '../../model/node.js';
import type { Loc } from '../../model/location.js';
import type { FactContext } from '../types.js';
import { familyOf } from './addresses.js';
import { failedFlows } from './concern.js';
import { arrivalInterface, podAt } from './nodes.js';

const MAX_FLOWS = 20;
/** Stands in where nobody said from which port. */
const SOME_PORT = 40_000;

export interface SimulatedFlow {
  readonly node: NodeFacts;
  readonly way: 'forward' | 'return';
  readonly packet: SimPacket;
  readonly result: SimResult;
}

interface AskedFlow {
  readonly protocol: SimPacket['protocol'];
  /** As the client sends it, and as it travels between the nodes. */
  readonly sent: { src: string; sport: number; dst: string; dport: number };
  readonly wire: { src: string; sport: number; dst: string; dport: number };
  /** Interfaces by which the captures show its packets to come in, at either node. */
  readonly arrival: { readonly src: string | null; readonly dst: string | null };
}

function asked(context: FactContext): AskedFlow[] {
  const failed = failedFlows(context).slice(0, MAX_FLOWS);
  if (failed.length > 0) {
    return failed.flatMap((flow) => {
      if (flow.protocol === 'other') return [];
      const sent = { src: flow.src.ip, sport: flow.src.port, dst: flow.dst.ip, dport: flow.dst.port };
      const after = flow.translated;
      const wire =
        after === null
          ? sent
          : { src: after.src.ip, sport: after.src.port, dst: after.dst.ip, dport: after.dst.port };
      const arrival = {
        src: flow.points.src_eth0?.arrivedBy ?? null,
        dst: flow.points.dst_eth0?.arrivedBy ?? null,
      };
      return [{ protocol: flow.protocol, sent, wire, arrival }];
    });
  }
  const { src, dst, protocol } = context.question;
  if (context.trace !== null || src === null || dst === null || dst.port === null) return [];
  const sent = { src: src.ip, sport: src.port ?? SOME_PORT, dst: dst.ip, dport: dst.port };
  const known = (['tcp', 'udp', 'sctp', 'icmp'] as const).find((p) => p === protocol);
  return [{ protocol: known ?? 'tcp', sent, wire: sent, arrival: { src: null, dst: null } }];
}

/** Packets of the flow that each known node has to pass on, first those of the request, then of the answer. */
function packets(context: FactContext, flow: AskedFlow): Omit<SimulatedFlow, 'result'>[] {
  const source = podAt(context, flow.sent.src);
  const target = podAt(context, flow.wire.dst);
  const family: Family = familyOf(flow.sent.src) === 6 ? 6 : 4;
  const { protocol, sent, wire, arrival } = flow;
  const list: Omit<SimulatedFlow, 'result'>[] = [];
  const add = (
    node: NodeFacts,
    way: 'forward' | 'return',
    iif: string | null,
    tuple: AskedFlow['wire'],
  ): void => {
    if (iif === null) return;
    const ctstate = way === 'forward' ? ('NEW' as const) : ('ESTABLISHED' as const);
    list.push({ node, way, packet: { family, ...tuple, protocol, iif, ctstate } });
  };
  const back = { src: wire.dst, sport: wire.dport, dst: wire.src, dport: wire.sport };
  if (source !== null) add(source.node, 'forward', source.pod.veth, sent);
  if (target !== null && target.node !== source?.node) {
    add(target.node, 'forward', arrival.dst ?? arrivalInterface(target.node, target.pod), wire);
  }
  if (target !== null) add(target.node, 'return', target.pod.veth, back);
  if (source !== null && target?.node !== source.node) {
    add(source.node, 'return', arrival.src ?? arrivalInterface(source.node, source.pod), back);
  }
  return list;
}

/** What each node on the way does with the flows in question, by its bundle; empty when nothing is in question. */
export function simulatedFlows(context: FactContext): SimulatedFlow[] {
  return asked(context)
    .flatMap((flow) => packets(context, flow))
    .map((one) => ({ ...one, result: simulate(one.node, one.packet) }));
}

/** True when the line settles the fate of the packet, in every outcome or in one of several. */
export function decidedAt(result: SimResult, loc: Loc): boolean {
  const here = result.decidedBy?.loc;
  if (here?.file === loc.file && here.line === loc.line) return true;
  return (result.branches ?? []).some((branch) => decidedAt(branch, loc));
}
