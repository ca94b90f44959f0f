/** What the run is about: the flows that went wrong in the captures, or else what the user asked. */
import { hasPorts, portOf } from '../../model/flow-ends.js';
import type { Flow } from '../../model/trace.js';
import type { FactContext } from '../types.js';
import { sameAddress } from './addresses.js';
import { podAt } from './nodes.js';

/** A flow in question; null parts stand for 'any'. Flows that are translated stand here in both forms. */
export interface ConcernFlow {
  readonly src: string | null;
  readonly dst: string | null;
  readonly dport: number | null;
  readonly protocol: string | null;
}

export interface Concern {
  /** `none`: no capture that could show it and no question, so every fault of a node may be the one. */
  readonly from: 'trace' | 'question' | 'none';
  readonly flows: readonly ConcernFlow[];
}

const tuple = (flow: Flow): ConcernFlow => ({
  src: flow.src.ip,
  dst: flow.dst.ip,
  dport: portOf(flow, flow.dst),
  protocol: flow.protocol,
});

/** A trace flow as the client saw it, and as it is after NAT. */
export function bothForms(flow: Flow): ConcernFlow[] {
  const asSent = tuple(flow);
  if (flow.translated === null) return [asSent];
  const { src, dst } = flow.translated;
  const dport = portOf(flow, dst);
  return [asSent, { ...asSent, src: src.ip, dst: dst.ip, dport }, { ...asSent, dst: dst.ip, dport }];
}

/** Flows of the trace that went wrong, in the order of the trace. */
export function failedFlows(context: FactContext): readonly Flow[] {
  return (context.trace?.flows ?? []).filter((flow) =>
    ['dropped', 'lossy', 'rejected'].includes(flow.verdict),
  );
}

/** True when the captures judge the flows in question, for good or for ill. */
export function traceDecides(context: FactContext): boolean {
  return context.trace !== null && context.trace.summary.verdict !== 'inconclusive';
}

/** Whether what the source sends was captured where it leaves the pod: what dies before the first capture is in none. */
function beginsAtSource(context: FactContext): boolean {
  const { trace } = context;
  if (trace === null || trace.summary.seen.src_veth !== 'not_captured') return true;
  // Before the first capture lies nothing of a node's own client, and nothing collected of a client elsewhere.
  return trace.srcIp === null || podAt(context, trace.srcIp) === null;
}

export function concernOf(context: FactContext): Concern {
  const { trace, question } = context;
  if (trace !== null) {
    const failed = failedFlows(context);
    if (failed.length > 0) return { from: 'trace', flows: failed.flatMap(bothForms) };
    if (traceDecides(context)) return { from: beginsAtSource(context) ? 'trace' : 'none', flows: [] };
    const open = trace.summary.flows.flatMap((index) => trace.flows[index] ?? []);
    if (open.length > 0) return { from: 'trace', flows: open.flatMap(bothForms) };
  }
  if (question.src !== null || question.dst !== null) {
    return {
      from: 'question',
      flows: [
        {
          src: question.src?.ip ?? null,
          dst: question.dst?.ip ?? null,
          dport: question.dst?.port ?? null,
          protocol: question.protocol,
        },
      ],
    };
  }
  return { from: 'none', flows: [] };
}

const agree = (a: string | null, b: string | null): boolean => a === null || b === null || sameAddress(a, b);

/** True when some flow in question may be this one; also when nothing is in question. */
export function inQuestion(concern: Concern, candidate: ConcernFlow): boolean {
  if (concern.from === 'none') return true;
  return concern.flows.some(
    (flow) =>
      agree(flow.src, candidate.src) &&
      agree(flow.dst, candidate.dst) &&
      (flow.dport === null || candidate.dport === null || flow.dport === candidate.dport) &&
      (flow.protocol === null || candidate.protocol === null || flow.protocol === candidate.protocol),
  );
}

/** True when the address is an end of a flow in question; also when nothing is in question. */
export function addressInQuestion(concern: Concern, address: string): boolean {
  return concern.from === 'none' || namesAddress(concern, address);
}

/** True only when a flow in question names the address. */
export function namesAddress(concern: Concern, address: string): boolean {
  return concern.flows.some(
    (flow) =>
      (flow.src !== null && sameAddress(flow.src, address)) ||
      (flow.dst !== null && sameAddress(flow.dst, address)),
  );
}

/** True only when a flow in question has the address at that end. */
export function isEnd(concern: Concern, address: string, end: 'src' | 'dst'): boolean {
  return concern.flows.some((flow) => {
    const found = flow[end];
    return found !== null && sameAddress(found, address);
  });
}

/** Distinct addresses at the ends of the flows in question. */
export function concernAddresses(concern: Concern): readonly string[] {
  const all = concern.flows.flatMap((flow) => [flow.src, flow.dst]);
  return [...new Set(all.filter((address) => address !== null))];
}

/** True when the captures show such a flow delivered and none of its kind going wrong. */
export function deliveredInTrace(context: FactContext, candidate: ConcernFlow): boolean {
  const same = (context.trace?.flows ?? []).filter((flow) =>
    bothForms(flow).some(
      (form) =>
        agree(form.src, candidate.src) &&
        agree(form.dst, candidate.dst) &&
        (candidate.dport === null || form.dport === candidate.dport || !hasPorts(flow)) &&
        (candidate.protocol === null || form.protocol === candidate.protocol),
    ),
  );
  return (
    same.some((flow) => flow.verdict === 'delivered') &&
    !same.some((flow) => ['dropped', 'lossy', 'rejected'].includes(flow.verdict))
  );
}

/**
 * Whether a captured TCP connection belongs to what the run is about. Captures that show healthy delivery leave
 * nothing in question for the network, but what applications say then is all the more the answer: all belong.
 */
export function connectionsOfConcern(
  context: FactContext,
): (client: string, server: string, port: number) => boolean {
  const concern = concernOf(context);
  if (concern.flows.length === 0) return () => true;
  return (src, dst, dport) => inQuestion(concern, { src, dst, dport, protocol: 'tcp' });
}
