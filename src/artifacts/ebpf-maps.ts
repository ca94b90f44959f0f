import type { EbpfMap, EbpfMapEntry } from '../model/node.js';
import { toCount, toPort, type Parsed } from './parsed.js';

/** Entries kept over all maps; a map holds up to 65,536 keys with 24 entries each. */
const MAX_ENTRIES = 500_000;

/**
 * Contents of the policy maps (`ebpf-maps-data.txt`, `ebpf-cp-maps-data.txt`), all forms:
 *
 *     *** EBPF Maps Data for Map ID 226 ***         (node monitoring agent: `*** EBPF map data for Map ID: 226 ***`)
 *     Key : IP/Prefixlen - 10.0.2.0/24              (newer: `Key: 10.0.2.0/24`)
 *     -------------------
 *     Value Entry :  0                              (newer: `Entry 0:`)
 *     Protocol -  TCP                               (or a number; newer: `Protocol  - TCP`)
 *     StartPort -  5432
 *     Endport -  0                                  (newer: `EndPort   - 0`)
 *     Priority  - 505                               (cluster policies only)
 *     *******************************
 *     Done reading all entries
 *
 * `No Entries found, Empty map` is a map without any rule. Conntrack and pod state maps are dumped into the same
 * file; their lines are passed over. A map id that comes again belongs to a second run, which counts.
 */
export function parseEbpfMaps(lines: Iterable<string>, file: string): Parsed<ReadonlyMap<number, EbpfMap>> {
  const state = newState(file);
  let number = 0;
  for (const line of lines) {
    number += 1;
    mapLine(state, line, number);
  }
  flush(state);
  const value = new Map<number, EbpfMap>();
  for (const [id, map] of state.maps) value.set(id, map);
  const over = state.total - MAX_ENTRIES;
  return {
    value,
    understood: state.understood,
    notUnderstood: state.notUnderstood,
    ...(over > 0 ? { note: `${over} entries were left out` } : {}),
  };
}

type EntryDraft = { -readonly [K in keyof EbpfMapEntry]: EbpfMapEntry[K] };
type MapDraft = { id: number; empty: boolean; entries: EbpfMapEntry[]; loc: EbpfMap['loc'] };

function newState(file: string) {
  return {
    file,
    maps: new Map<number, MapDraft>(),
    first: null as number | null,
    map: null as MapDraft | null,
    key: null as string | null,
    entry: null as EntryDraft | null,
    total: 0,
    understood: 0,
    notUnderstood: 0,
  };
}
type State = ReturnType<typeof newState>;

function mapLine(state: State, line: string, number: number): void {
  if (line === '' || line.startsWith('----') || line.trim() === '') return;
  const loc = { file: state.file, line: number };
  const heading = /^\*\*\* .{0,80}Map ID:? ?(\d{1,10}) \*\*\*/.exec(line);
  if (heading !== null) {
    flush(state);
    const id = Number(heading[1]);
    if (state.first === id) state.maps.clear();
    state.first ??= id;
    state.map = { id, empty: false, entries: [], loc };
    state.maps.set(id, state.map);
    state.key = null;
  } else if (/^No [Ee]ntries found/.test(line)) {
    if (state.map !== null) state.map.empty = true;
  } else if (/^Key ?: /.test(line)) {
    key(state, line);
  } else if (/^(?:Value )?Entry ?:? {0,3}\d{1,3}:?\s*$/.test(line)) {
    flush(state);
  } else if (/^(Protocol|StartPort|End[Pp]ort|Priority|Action)\s*-/.test(line)) {
    field(state, line, loc);
  } else if (!/^(\*+\s*$|Done reading|Value :|Conntrack |State |Walking map|Failed to get next)/.test(line)) {
    state.notUnderstood += 1;
    return;
  }
  state.understood += 1;
}

function key(state: State, line: string): void {
  // `Key :  17` is the index of a pod state map; a policy's key is always a prefix. Cluster maps print it twice.
  const cidr = /([0-9a-fA-F:.]{2,45}\/\d{1,3})\s*$/.exec(line)?.[1] ?? null;
  flush(state);
  state.key = cidr;
}

function field(state: State, line: string, loc: EbpfMap['loc']): void {
  if (state.key === null) return;
  const dash = line.indexOf('-');
  const name = line.slice(0, dash).trim().toLowerCase();
  const value = line.slice(dash + 1).trim();
  if (name === 'protocol' || state.entry === null) {
    flush(state);
    state.entry = { key: state.key, protocol: '', startPort: 0, endPort: 0, priority: null, loc };
  }
  const entry = state.entry;
  if (name === 'protocol') entry.protocol = protocolName(value);
  else if (name === 'startport') entry.startPort = toPort(value) ?? 0;
  else if (name === 'endport') entry.endPort = toPort(value) ?? 0;
  else if (name === 'priority') entry.priority = toCount(value);
}

function flush(state: State): void {
  const { entry, map } = state;
  state.entry = null;
  if (entry === null || map === null) return;
  state.total += 1;
  if (state.total <= MAX_ENTRIES) map.entries.push(entry);
}

/** The agent's own numbers by name: 254 stands for any protocol, 255 for none. */
function protocolName(text: string): string {
  const names: Readonly<Record<string, string>> = {
    '1': 'ICMP',
    '6': 'TCP',
    '17': 'UDP',
    '132': 'SCTP',
    '254': 'ANY PROTOCOL',
    '255': 'RESERVED',
  };
  return (Object.hasOwn(names, text) ? names[text]! : text).slice(0, 40);
}
