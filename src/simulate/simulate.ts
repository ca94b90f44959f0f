import type { NodeFacts } from '../model/node.js';
import { type Addr, inNet, parseAddr, parseNet } from './address.js';
import { Decisions } from './decisions.js';
import { knownMark, UNKNOWN_MARK, ZERO_MARK } from './mark.js';
import { compileNode, type SimNode } from './node.js';
import type { End } from './hooks.js';
import { forwardOnly, receive, send } from './path.js';
import { ICMP, ICMPV6, packetProtocol, tcpFlagBits } from './protocol.js';
import { routeLookup } from './queries.js';
import { joinResults, runResult } from './result.js';
import type { State } from './state.js';
import type { SimPacket, SimResult } from './types.js';

/** Outcomes that are followed; a service with more endpoints than this is left undetermined. */
const MAX_RUNS = 1024;
/** Rules looked at, over all outcomes. */
const MAX_STEPS = 3_000_000;

/**
 * What the node's kernel does with a packet: netfilter hooks, policy routing and source validation in the
 * kernel's order. Where the bundle leaves a question open (chance, rate limits, files that are missing) every
 * answer is followed; the verdict then is `undetermined` unless all agree.
 */
export function simulate(node: NodeFacts, packet: SimPacket): SimResult {
  return explore(node, packet, packet.iif === null ? send : receive);
}

/**
 * What mangle and filter FORWARD do with a packet, whatever NAT would have done before. `oif` is the interface it
 * is to leave by, looked up when not given; where it is not known, rules that test it are 'maybe'.
 */
export function forwardVerdict(node: NodeFacts, packet: SimPacket, oif?: string): SimResult {
  const { family, src, dst, iif, mark = 0 } = packet;
  const leaves = oif ?? routeLookup(node, { family, src, dst, iif, mark }).dev ?? undefined;
  return explore(node, packet, (state) => {
    state.oif = leaves;
    if (packet.iif === null) state.iif = undefined;
    return forwardOnly(state);
  });
}

function explore(facts: NodeFacts, packet: SimPacket, walk: (state: State) => End): SimResult {
  const node = compileNode(facts, packet.family);
  const src = parseAddr(packet.src, packet.family);
  const dst = parseAddr(packet.dst, packet.family);
  if (src === null || dst === null) {
    return nothing(`${src === null ? packet.src : packet.dst} is no IPv${packet.family} address`);
  }
  const decisions = new Decisions();
  const budget = { steps: MAX_STEPS };
  const runs: SimResult[] = [];
  const reasons = new Set<string>();
  let more = true;
  while (more && runs.length < MAX_RUNS && budget.steps > 0) {
    const state = newState(node, packet, src, dst, decisions, budget);
    const end = walk(state);
    addDoubts(state, end);
    runs.push(runResult(state, end));
    for (const reason of decisions.reasonsOfRun) reasons.add(reason);
    more = decisions.next();
  }
  return joinResults(runs, [...reasons], more);
}

function nothing(reason: string): SimResult {
  return {
    verdict: 'undetermined',
    outInterface: null,
    translated: null,
    decidedBy: null,
    trail: [],
    undetermined: [reason],
    mark: null,
    ctmark: null,
    ttl: null,
  };
}

function newState(
  node: SimNode,
  packet: SimPacket,
  src: Addr,
  dst: Addr,
  decisions: Decisions,
  budget: { steps: number },
): State {
  const protocol = packetProtocol(packet.protocol);
  const isNew = packet.ctstate === 'NEW';
  const connection = packet.ctstate === 'ESTABLISHED' || packet.ctstate === 'RELATED';
  const { sport, dport } = packet;
  const flags = packet.tcpFlags ?? (isNew ? 'SYN' : null);
  const echo = protocol === ICMP ? 8 : protocol === ICMPV6 ? 128 : null;
  return {
    node,
    family: packet.family,
    protocol,
    src,
    dst,
    sport,
    dport,
    srcKnown: true,
    sportKnown: true,
    dportKnown: true,
    original: { src, dst, sport, dport },
    iif: packet.iif,
    oif: null,
    gateway: null,
    broadcast: false,
    local: packet.iif === null,
    ctstate: packet.ctstate,
    mark: knownMark(packet.mark ?? 0),
    ctmark: packet.ctmark !== undefined ? knownMark(packet.ctmark) : connection ? UNKNOWN_MARK : ZERO_MARK,
    dnat: packet.ctstatus?.dnat ?? (connection ? null : false),
    snat: packet.ctstatus?.snat ?? (connection ? null : false),
    tcpFlags: flags === null ? null : tcpFlagBits(flags),
    icmpType: packet.icmpType ?? (isNew ? echo : null),
    icmpCode: packet.icmpCode ?? (isNew ? 0 : null),
    length: packet.length ?? null,
    ttl: packet.ttl ?? null,
    hook: 'PREROUTING',
    decisions,
    assumed: new Map(),
    trail: [],
    uncertain: new Set(),
    budget,
  };
}

/** What the bundle does not show and could change the outcome. A drop by a rule that is shown stays one. */
function addDoubts(state: State, end: End): void {
  const { facts, tables } = state.node;
  if (tables === null) return;
  const { iptables } = tables;
  if ((iptables.rulesNotUnderstood ?? 0) > 0) {
    state.uncertain.add(`${iptables.rulesNotUnderstood} iptables lines were not understood`);
  }
  if (end.verdict === 'dropped' || end.verdict === 'rejected') return;
  if (iptables.truncated === true) state.uncertain.add('the end of the iptables rules is missing');
  if (iptables.otherBackendPresent) {
    state.uncertain.add('rules of the other iptables backend exist and are not shown');
  }
  if (state.ctstate !== 'NEW' && (state.dnat === true || state.snat === true)) {
    state.uncertain.add('the translation of an established connection is not in the rules');
  }
  if (facts.kubeProxyMode === 'nftables' && state.ctstate === 'NEW' && !state.local && !isPlainPod(state)) {
    state.uncertain.add('kube-proxy works with nftables: services are not in the iptables rules');
  }
}

/** True for a destination that surely is no service: a pod of this node, or an address of the VPC. */
function isPlainPod(state: State): boolean {
  const { facts, family } = state.node;
  const { dst } = state.original;
  if (facts.pods.some((pod) => parseAddr(pod.ip, family) === dst)) return true;
  return facts.identity.vpcCidrs.some((cidr) => {
    const net = parseNet(cidr, family);
    return net !== null && inNet(dst, net);
  });
}
