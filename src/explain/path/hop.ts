/** One node on the way: what its kernel and its pods' policies do with the packet. */
import { interfaceKind } from '../../facts/support/nodes.js';
import type { NodeFacts, Pod } from '../../model/node.js';
import { podByIp, vethPod } from '../../node/lookup.js';
import { simulate, type Decision, type SimPacket, type SimResult } from '../../simulate/index.js';
import { policyAnswer } from './policy.js';
import type { Hop, Outcome, PathStep, PolicyAnswer } from './types.js';

/** Outcomes that are worked out; a service with more endpoints shows the first ones. */
const MAX_OUTCOMES = 32;

export interface HopInput {
  readonly nodes: readonly NodeFacts[];
  readonly node: NodeFacts;
  readonly way: Hop['way'];
  readonly packet: SimPacket;
  readonly entry: string;
}

export function followHop({ nodes, node, way, packet, entry }: HopInput): Hop {
  const simulated = simulate(node, packet);
  const runs = (simulated.branches ?? [simulated]).slice(0, MAX_OUTCOMES);
  const sender = packet.iif === null ? null : podOf(node, packet.iif, packet.src);
  const egress = way === 'forward' && sender !== null ? egressPolicy(node, sender, packet) : null;
  const outcomes = runs.map((run) => outcomeOf(nodes, node, way, packet, run, egress));
  const notes = [...new Set(outcomes.flatMap((o) => o.notes))];
  const plain = outcomes.map(({ notes: _notes, ...outcome }) => outcome);
  return {
    node,
    way,
    packet,
    entry,
    outcomes: plain,
    joined: join(plain, simulated),
    notes:
      (simulated.branches ?? []).length > runs.length
        ? [
            ...notes,
            `only the first ${runs.length} of ${simulated.branches!.length} possible outcomes are shown`,
          ]
        : notes,
  };
}

type Worked = Outcome & { readonly notes: readonly string[] };

function outcomeOf(
  nodes: readonly NodeFacts[],
  node: NodeFacts,
  way: Hop['way'],
  packet: SimPacket,
  run: SimResult,
  egress: PolicyAnswer | null,
): Worked {
  const base: Worked = {
    verdict: run.verdict,
    outInterface: run.outInterface,
    translated: run.translated,
    decidedBy: run.decidedBy,
    trail: run.trail,
    undetermined: run.undetermined,
    policy: [],
    ctmark: run.ctmark,
    notes: [],
  };
  if (egress?.verdict === 'deny') return denied({ ...base, trail: [], translated: null }, egress, packet.iif);
  const passed: Worked =
    egress === null
      ? base
      : {
          ...base,
          policy: [egress],
          trail: [policyStep(egress, packet.iif), ...base.trail],
          notes: openPolicy(egress),
        };
  if (run.verdict !== 'forwarded' || run.outInterface === null) return passed;
  const dst = run.translated?.dst.ip ?? packet.dst;
  const receiver = podOf(node, run.outInterface, dst);
  if (receiver === null) return strayed(nodes, node, passed, dst);
  if (way === 'return') return passed;
  const peer = run.translated === null ? packet.src : run.translated.src.ip;
  if (peer === null) return passed;
  const ingress = policyAnswer(node, receiver, {
    direction: 'ingress',
    peer,
    protocol: packet.protocol,
    dport: run.translated?.dst.port ?? packet.dport,
  });
  if (ingress === null) return passed;
  if (ingress.verdict === 'deny') return denied(passed, ingress, run.outInterface);
  return {
    ...passed,
    policy: [...passed.policy, ingress],
    trail: [...passed.trail, policyStep(ingress, run.outInterface)],
    notes: [...passed.notes, ...openPolicy(ingress)],
  };
}

/** The verdict is the kernel's rules' and routes'; a policy that cannot be told may still deny. */
function openPolicy({ verdict, direction, pod, reason }: PolicyAnswer): string[] {
  return verdict === 'unknown'
    ? [`whether a network policy allows it is not known (${direction} of ${pod}): ${reason}`]
    : [];
}

function egressPolicy(node: NodeFacts, pod: Pod, packet: SimPacket): PolicyAnswer | null {
  const { dst, protocol, dport } = packet;
  return policyAnswer(node, pod, { direction: 'egress', peer: dst, protocol, dport });
}

/** The pod behind an interface: by the interface's name, else by the address when that interface is a veth. */
function podOf(node: NodeFacts, device: string, address: string): Pod | null {
  const byAddress = node.pods.find((pod) => pod.ip === address) ?? null;
  if (byAddress !== null && (byAddress.veth === device || interfaceKind(node, device) === 'veth'))
    return byAddress;
  return byAddress === null ? null : vethPod(node, device);
}

function policyStep(answer: PolicyAnswer, device: string | null): PathStep {
  return {
    hook: 'TC',
    table: null,
    chain: device,
    text: `network policy, ${answer.direction} of ${answer.pod}: ${answer.reason}`,
    file: answer.file,
    line: answer.line,
    effect: answer.verdict === 'deny' ? 'drop' : answer.verdict === 'allow' ? 'allow' : 'not known',
  };
}

function denied(outcome: Worked, answer: PolicyAnswer, device: string | null): Worked {
  const step = policyStep(answer, device);
  return {
    ...outcome,
    verdict: 'dropped',
    outInterface: null,
    decidedBy: {
      kind: 'policy',
      text: step.text,
      loc: answer.file === null || answer.line === null ? null : { file: answer.file, line: answer.line },
    },
    trail: [...outcome.trail, step],
    undetermined: [],
    policy: [...outcome.policy, answer],
  };
}

/**
 * A pod's packet that leaves by another interface than the pod's: its host route is missing, so it goes back into
 * the subnet, where nobody else has the address.
 */
function strayed(nodes: readonly NodeFacts[], node: NodeFacts, outcome: Worked, dst: string): Worked {
  const owner = podByIp(nodes, dst);
  if (owner === null || owner.node !== node || outcome.outInterface === null) return outcome;
  if (!['eni', 'branch'].includes(interfaceKind(node, outcome.outInterface))) return outcome;
  const { pod } = owner;
  const last = outcome.trail.filter((s) => s.hook === 'ROUTING' && s.effect.startsWith('unicast')).at(-1);
  const name = pod.name === null ? dst : `${dst} (${pod.namespace ?? '?'}/${pod.name})`;
  const note = `${name} is a pod of this node, but no route leads to its veth${pod.veth === null ? '' : ` ${pod.veth}`}: the packet goes out of ${outcome.outInterface} instead, where nobody takes it`;
  const decision: Decision = {
    kind: 'route',
    text: last?.text ?? `no route to ${dst}`,
    loc:
      last === undefined || last.file === null || last.line === null
        ? null
        : { file: last.file, line: last.line },
  };
  return {
    ...outcome,
    verdict: 'dropped',
    outInterface: null,
    decidedBy: decision,
    notes: [...outcome.notes, note],
  };
}

/** What all outcomes agree on; the rest stays open. */
function join(outcomes: readonly Outcome[], simulated: SimResult): Outcome {
  const first = outcomes[0]!;
  if (outcomes.length === 1) return first;
  const agreed = <T>(of: (o: Outcome) => T): boolean =>
    outcomes.every((o) => JSON.stringify(of(o)) === JSON.stringify(of(first)));
  const sure = agreed((o) => o.verdict);
  return {
    verdict: sure ? first.verdict : 'undetermined',
    outInterface: sure && agreed((o) => o.outInterface) ? first.outInterface : null,
    translated: agreed((o) => o.translated) ? first.translated : null,
    decidedBy: sure && agreed((o) => o.decidedBy?.loc ?? null) ? first.decidedBy : null,
    trail: commonTrail(outcomes),
    undetermined: [...new Set([...simulated.undetermined, ...outcomes.flatMap((o) => o.undetermined)])],
    policy: agreed((o) => o.policy) ? first.policy : [],
    ctmark: agreed((o) => o.ctmark) ? first.ctmark : null,
  };
}

/** The steps before the outcomes part; each outcome has its own steps in full. */
function commonTrail(outcomes: readonly Outcome[]): readonly PathStep[] {
  const [first, ...others] = outcomes;
  const trail = first!.trail;
  let common = trail.length;
  for (const { trail: other } of others) {
    let i = 0;
    while (i < common && i < other.length && sameStep(trail[i]!, other[i]!)) i += 1;
    common = i;
  }
  return trail.slice(0, common);
}

function sameStep(a: PathStep, b: PathStep): boolean {
  return (
    a.hook === b.hook && a.file === b.file && a.line === b.line && a.effect === b.effect && a.text === b.text
  );
}
