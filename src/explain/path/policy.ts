/** The network policy agent's eBPF maps, asked as its programs would ask them. */
import { podIdentifiers } from '../../facts/support/isolation.js';
import { podName } from '../../facts/support/nodes.js';
import { isKnown } from '../../model/location.js';
import type { EbpfMap, EbpfMapEntry, EbpfProgram, NodeFacts, Pod } from '../../model/node.js';
import type { SimPacket } from '../../simulate/index.js';
import { contains } from '../../node/prefix.js';
import type { PolicyAnswer } from './types.js';

export interface PolicyQuestion {
  readonly direction: 'ingress' | 'egress';
  /** The other end's address: destination for egress, source for ingress. */
  readonly peer: string;
  readonly protocol: SimPacket['protocol'];
  readonly dport: number;
}

/** Cluster policies up to this priority come before namespaced ones, the others after (baseline). */
const LAST_ADMIN_PRIORITY = 1000;

/**
 * What the pod's program does with a new connection, by longest prefix: the entries of that prefix alone count. Null
 * when nothing of the policy agent is in the bundle. Established flows pass by the agent's own connection table,
 * which is not asked here.
 */
export function policyAnswer(node: NodeFacts, pod: Pod, question: PolicyQuestion): PolicyAnswer | null {
  if (!isKnown(node.ebpfPrograms) || node.ebpfPrograms.value.length === 0) return null;
  const identifiers = podIdentifiers(pod);
  const program = node.ebpfPrograms.value.find(
    (p) => p.direction === question.direction && identifiers.includes(p.podIdentifier),
  );
  const base: PolicyAnswer = {
    direction: question.direction,
    pod: podName(pod) ?? pod.ip,
    verdict: 'allow',
    reason: '',
    peer: question.peer,
    key: null,
    programId: null,
    mapId: null,
    file: node.ebpfPrograms.file,
    line: null,
  };
  if (identifiers.length === 0) {
    const reason = `the pod behind ${pod.ip} is not known by name, so its programs cannot be told from others`;
    return { ...base, verdict: 'unknown', reason };
  }
  if (program === undefined) {
    return { ...base, reason: `no ${question.direction} program of the policy agent is listed for this pod` };
  }
  const known = { ...base, programId: program.programId, file: program.loc.file, line: program.loc.line };
  return clusterAnswer(node, program, known, question) ?? namespacedAnswer(node, program, known, question);
}

function namespacedAnswer(
  node: NodeFacts,
  program: EbpfProgram,
  base: PolicyAnswer,
  question: PolicyQuestion,
): PolicyAnswer {
  const { direction, peer } = question;
  const found = mapOf(node, program, `${direction}_map`);
  if (typeof found === 'string') return { ...base, verdict: 'unknown', reason: found };
  const at = { ...base, mapId: found.id, file: found.loc.file, line: found.loc.line };
  if (isOwnAddress(node, peer)) {
    return { ...at, reason: `${peer} is this node's own address, which the agent always allows` };
  }
  if (found.empty) return emptyMap(program, at, direction);
  if (found.entries.length === 0) {
    return {
      ...at,
      verdict: 'unknown',
      reason: `the dump of map ${found.id} shows no entries that could be read`,
    };
  }
  const entries = longestPrefix(found.entries, peer);
  const first = entries[0];
  if (first === undefined) {
    const sameFamily = found.entries.some((e) => e.key.includes(':') === peer.includes(':'));
    if (!sameFamily) {
      return {
        ...at,
        verdict: 'unknown',
        reason: `the dump of map ${found.id} holds no address of this family`,
      };
    }
    return { ...at, verdict: 'deny', reason: `no entry of ${direction} map ${found.id} covers ${peer}` };
  }
  return listed(node, at, entries, question);
}

function listed(
  node: NodeFacts,
  base: PolicyAnswer,
  entries: readonly EbpfMapEntry[],
  question: PolicyQuestion,
): PolicyAnswer {
  const { key, loc } = entries[0]!;
  const at = { ...base, key, file: loc.file, line: loc.line };
  for (const entry of entries) {
    const here = { ...at, line: entry.loc.line };
    if (entry.protocol === 'RESERVED') {
      return { ...here, verdict: 'deny', reason: `the entry for ${key} denies everything` };
    }
    if (!covers(entry, question)) continue;
    return { ...here, reason: `the entry for ${key} allows ${entryWords(entry)}` };
  }
  const asked = isPorted(question)
    ? `${protocolName(question)} port ${question.dport}`
    : protocolName(question);
  const allowed = entries.slice(0, 24).map(entryWords).join(', ');
  if (entries.length === 1 && isOlderAgent(node)) {
    const reason = `this agent's dump shows only the first port of an entry; ${asked} may be among those of ${key}`;
    return { ...at, verdict: 'unknown', reason };
  }
  return {
    ...at,
    verdict: 'deny',
    reason: `the longest match for ${question.peer} is ${key}, which allows ${allowed}, not ${asked}`,
  };
}

/** An isolated pod without any rule. Where a pod state map exists, that one says whether the pod is isolated. */
function emptyMap(program: EbpfProgram, at: PolicyAnswer, direction: string): PolicyAnswer {
  if (program.maps.some((map) => map.name.includes('pod_state'))) {
    const reason = `${direction} map ${String(at.mapId)} is empty; whether the pod is isolated stands in its state map, which the dump does not show`;
    return { ...at, verdict: 'unknown', reason };
  }
  return { ...at, verdict: 'deny', reason: `${direction} map ${String(at.mapId)} is empty: default deny` };
}

/** Cluster policies of the admin tier come first; `pass` hands on. Null when none decides. */
function clusterAnswer(
  node: NodeFacts,
  program: EbpfProgram,
  base: PolicyAnswer,
  question: PolicyQuestion,
): PolicyAnswer | null {
  const map = mapOf(node, program, `cp_${question.direction}_map`);
  if (typeof map === 'string') return null;
  const matching = longestPrefix(map.entries, question.peer)
    .filter((entry) => entry.priority !== null && covers(entry, question))
    .sort((a, b) => a.priority! - b.priority!);
  const first = matching[0];
  if (first === undefined) return null;
  const priority = Math.floor(first.priority! / 10);
  const action = ['deny', 'accept', 'pass'][first.priority! % 10];
  if (priority > LAST_ADMIN_PRIORITY || action === 'pass' || action === undefined) return null;
  return {
    ...base,
    verdict: action === 'deny' ? 'deny' : 'allow',
    reason: `a cluster policy of priority ${priority} ${action === 'deny' ? 'denies' : 'accepts'} ${first.key}`,
    key: first.key,
    mapId: map.id,
    file: first.loc.file,
    line: first.loc.line,
  };
}

/** The map of that name, or why there is none. Old releases leave the names blank. */
function mapOf(node: NodeFacts, program: EbpfProgram, name: string): EbpfMap | string {
  const { state, file } = node.ebpfMaps;
  if (state !== 'ok' && state !== 'truncated') {
    return `the contents of the policy agent's maps were not collected (${file}: ${state})`;
  }
  const listed = program.maps.find((map) => map.name === name);
  if (listed === undefined) return `the program lists no ${name}`;
  const map = node.ebpfMaps.value.get(listed.id);
  if (map === undefined) return `map ${listed.id} (${name}) is not in ${node.ebpfMaps.file}`;
  return map;
}

function longestPrefix(entries: readonly EbpfMapEntry[], address: string): EbpfMapEntry[] {
  let best: EbpfMapEntry[] = [];
  let length = -1;
  const seen = new Map<string, number>();
  for (const entry of entries) {
    let bits = seen.get(entry.key);
    if (bits === undefined) {
      bits = contains(entry.key, address) ? Number(entry.key.split('/')[1]) : -1;
      seen.set(entry.key, bits);
    }
    if (bits < 0 || bits < length) continue;
    if (bits > length) best = [];
    length = bits;
    best.push(entry);
  }
  return best;
}

function covers(entry: EbpfMapEntry, question: PolicyQuestion): boolean {
  if (entry.protocol === 'ANY PROTOCOL') return true;
  if (entry.protocol !== protocolName(question)) return false;
  const { startPort, endPort } = entry;
  const { dport } = question;
  return startPort === 0 || dport === startPort || (dport > startPort && dport <= endPort);
}

function protocolName({ protocol }: PolicyQuestion): string {
  const numbers: Readonly<Record<string, string>> = { '1': 'ICMP', '6': 'TCP', '17': 'UDP', '132': 'SCTP' };
  const text = String(protocol);
  return Object.hasOwn(numbers, text) ? numbers[text]! : text.toUpperCase();
}

const isPorted = (question: PolicyQuestion): boolean =>
  ['TCP', 'UDP', 'SCTP'].includes(protocolName(question));

function entryWords({ protocol, startPort, endPort }: EbpfMapEntry): string {
  if (protocol === 'ANY PROTOCOL') return 'everything';
  if (startPort === 0) return `${protocol}, any port`;
  return endPort > startPort ? `${protocol} ${startPort}-${endPort}` : `${protocol} ${startPort}`;
}

function isOwnAddress(node: NodeFacts, address: string): boolean {
  if (node.identity.primaryIp === address) return true;
  return node.interfaces.value.some((i) => i.addresses.some((a) => a.address === address));
}

/** Agents before 1.1 dump one entry of each key. */
function isOlderAgent(node: NodeFacts): boolean {
  return /^v?1\.0\./.test(node.identity.nodeAgentVersion ?? '');
}
