/** Programs and maps of the network policy agent. */
import { podIdentifiers } from '../../facts/support/isolation.js';
import { podName } from '../../facts/support/nodes.js';
import type { EbpfMap, EbpfProgram, NodeFacts } from '../../model/node.js';
import { absent, at, check, count, list, notCollected, usable } from './make.js';
import type { Check, CheckFunction } from './types.js';

/** Port and protocol pairs that one address entry of a map holds. */
const MAX_PORTS = 24;

/** The map of rules of a program, where the dump names and shows it. */
export function rulesOf(node: NodeFacts, program: EbpfProgram): EbpfMap | null {
  const listed = program.maps.find((map) => map.name === `${program.direction}_map`);
  return listed === undefined ? null : (node.ebpfMaps.value.get(listed.id) ?? null);
}

const hasState = (program: EbpfProgram): boolean =>
  program.maps.some((map) => map.name.includes('pod_state'));

export const collected: CheckFunction = ({ node }) => {
  const { ebpfPrograms, ebpfMaps, identity, processes } = node;
  const agent =
    identity.nodeAgentVersion !== null ||
    processes.value.some((p) => p.command.includes('--enable-network-policy=true'));
  if (!usable(ebpfPrograms))
    return [notCollected('ebpf-programs', 'The programs of the policy agent were', ebpfPrograms)];
  if (ebpfPrograms.value.length === 0) {
    const note = ebpfPrograms.note === undefined ? '' : ` (${ebpfPrograms.note})`;
    return [
      check(
        'ebpf-programs',
        agent ? 'unknown' : 'ok',
        `no program of the policy agent is listed${note}: no policies here, or the dump failed`,
      ),
    ];
  }
  const pods = new Set(ebpfPrograms.value.map((p) => p.podIdentifier));
  const checks = [
    check(
      'ebpf-programs',
      'ok',
      `${count(ebpfPrograms.value.length, 'program')} for ${count(pods.size, 'pod identifier')}`,
    ),
  ];
  if (!usable(ebpfMaps))
    return [...checks, notCollected('ebpf-maps', 'The contents of the maps were', ebpfMaps)];
  const unseen = ebpfPrograms.value.filter((p) => rulesOf(node, p) === null);
  if (unseen.length === 0)
    return [...checks, check('ebpf-maps', 'ok', 'the rules of every program are in the dump')];
  return [
    ...checks,
    check(
      'ebpf-maps',
      'unknown',
      `the rules of ${count(unseen.length, 'program')} are not in the dump: ${list(unseen.map((p) => `${p.podIdentifier} ${p.direction}`))}`,
      unseen.map((p) => at(p.loc, p.podIdentifier)),
    ),
  ];
};

/** An empty map of an isolated pod lets nothing through: legal, and often forgotten. */
export const defaultDeny: CheckFunction = ({ node }) => {
  const empty = node.ebpfPrograms.value.filter((p) => rulesOf(node, p)?.empty === true);
  return empty.map((p): Check => {
    const map = rulesOf(node, p)!;
    const evidence = [at(map.loc, `map ${map.id}`), at(p.loc, p.podIdentifier)];
    return hasState(p)
      ? check(
          'ebpf-default-deny',
          'unknown',
          `${p.podIdentifier}: its ${p.direction} map is empty; its state map, which the dump does not show, says whether that denies`,
          evidence,
        )
      : check(
          'ebpf-default-deny',
          'warning',
          `${p.podIdentifier}: its ${p.direction} map is empty, so nothing but the node itself is allowed`,
          evidence,
        );
  });
};

export const bothDirections: CheckFunction = ({ node }) => {
  const byPod = new Map<string, EbpfProgram[]>();
  for (const program of node.ebpfPrograms.value)
    byPod.set(program.podIdentifier, [...(byPod.get(program.podIdentifier) ?? []), program]);
  const half = [...byPod.values()].filter((programs) => new Set(programs.map((p) => p.direction)).size === 1);
  if (byPod.size === 0) return [];
  if (half.length > 0) {
    const names = half.map(([p]) => `${p!.podIdentifier} (${p!.direction} only)`);
    return [
      check(
        'ebpf-directions',
        'warning',
        `a program for one direction only: ${list(names)}`,
        half.map(([p]) => at(p!.loc, p!.podIdentifier)),
      ),
    ];
  }
  const named = node.pods.filter((pod) => podIdentifiers(pod).length > 0 && !pod.branchEni);
  const without = named.filter((pod) => !podIdentifiers(pod).some((id) => byPod.has(id)));
  const rest = without.length === 0 ? '' : `; none for ${list(without.map((pod) => podName(pod) ?? pod.ip))}`;
  return [check('ebpf-directions', 'ok', `every pod identifier has both programs${rest}`)];
};

export const portLimit: CheckFunction = ({ node }) => {
  const full: { map: EbpfMap; key: string }[] = [];
  for (const map of node.ebpfMaps.value.values()) {
    const entries = new Map<string, number>();
    for (const { key } of map.entries) entries.set(key, (entries.get(key) ?? 0) + 1);
    for (const [key, n] of entries) if (n >= MAX_PORTS) full.push({ map, key });
  }
  if (full.length === 0) return [];
  const reason = `${count(full.length, 'map entry', 'map entries')} with ${MAX_PORTS} ports, the most there can be; further ports of the policies are left out: ${list(full.map((f) => f.key))}`;
  return [
    check(
      'ebpf-port-limit',
      'warning',
      reason,
      full.map(({ map, key }) => absent(map.loc.file, `map ${map.id}, ${key}`)),
    ),
  ];
};
