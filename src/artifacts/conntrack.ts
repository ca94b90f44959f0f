import { isIP } from 'node:net';
import type { Conntrack, ConntrackEntry, Tuple } from '../model/node.js';
import { toCount, toPort, type Parsed } from './parsed.js';

/** Entries kept: all with address translation up to the first, others up to the second bound. All are counted. */
export const MAX_NAT_ENTRIES = 200_000;
export const MAX_PLAIN_ENTRIES = 20_000;

/**
 * `conntrack -S` and `conntrack -L` in one file. When the collector ran twice the file holds both runs: the last
 * one counts.
 *
 *     *** Output of conntrack -S ***
 *     cpu=0   <TAB>found=96 invalid=2 insert=0 insert_failed=0 drop=0 early_drop=0 error=0 search_restart=379
 *     *** Output of conntrack -L ***
 *     tcp      6 86392 ESTABLISHED src=10.0.1.9 dst=172.20.0.10 sport=43211 dport=53 src=10.0.2.7 dst=10.0.1.9 sport=53 dport=43211 [ASSURED] mark=128 use=1
 *     udp      17 27 src=10.0.1.9 dst=10.0.2.7 sport=41522 dport=53 [UNREPLIED] src=10.0.2.7 dst=10.0.1.9 sport=53 dport=41522 mark=0 use=1
 *     icmp     1 29 src=10.0.1.9 dst=10.0.2.7 type=8 code=0 id=4023 src=10.0.2.7 dst=10.0.1.9 type=0 code=0 id=4023 mark=0 use=1
 *
 * Very old kernels print the statistics as one global list of two columns (`entries  120`).
 */
export function parseConntrack(lines: Iterable<string>, file: string): Parsed<Conntrack> {
  let run = newRun();
  let number = 0;
  let last = '';
  for (const line of lines) {
    number += 1;
    last = line === '' ? last : line;
    if (line === '' || line.trim() === '') continue;
    if (line.startsWith('***')) {
      // The list of IPv6 flows stands in a file of its own, so any first header again starts a new run.
      const first = line.includes('-S') || (line.includes('-L') && run.listHeader);
      if (first && run.understood > 0) run = newRun();
      run.listHeader ||= line.includes('-L');
      run.understood += 1;
    } else if (/^cpu=\d+\s/.test(line) || /^[a-z_]+\s+\d+\s*$/.test(line)) {
      statistics(run, line, { file, line: number });
    } else {
      const entry = parseConntrackLine(line, { file, line: number });
      if (entry === null) run.notUnderstood += 1;
      else keep(run, entry);
    }
  }
  return finish(run, last);
}

function newRun() {
  return {
    stats: new Map<string, { value: number; loc: { file: string; line: number } }>(),
    count: 0,
    entries: [] as ConntrackEntry[],
    nat: 0,
    plain: 0,
    listHeader: false,
    understood: 0,
    notUnderstood: 0,
  };
}
type Run = ReturnType<typeof newRun>;

function keep(run: Run, entry: ConntrackEntry): void {
  run.count += 1;
  run.understood += 1;
  if (isTranslated(entry)) {
    run.nat += 1;
    if (run.nat <= MAX_NAT_ENTRIES) run.entries.push(entry);
  } else {
    run.plain += 1;
    if (run.plain <= MAX_PLAIN_ENTRIES) run.entries.push(entry);
  }
}

function finish(run: Run, last: string): Parsed<Conntrack> {
  const value: Conntrack = { stats: run.stats, count: run.count, entries: run.entries };
  const leftOut = run.count - run.entries.length;
  // A listing killed by its timeout ends within a line: every complete one ends with its use count.
  const truncated =
    /^(?:tcp|udp|icmp|icmpv6|sctp|dccp|gre|unknown|ipv[46])\s/.test(last) && !/use=\d+\s*$/.test(last);
  return {
    value,
    understood: run.understood,
    notUnderstood: run.notUnderstood - (truncated && run.notUnderstood > 0 ? 1 : 0),
    truncated,
    ...(leftOut > 0 ? { note: `${leftOut} of ${run.count} entries were counted but not kept` } : {}),
  };
}

function statistics(run: Run, line: string, loc: { file: string; line: number }): void {
  run.understood += 1;
  const pairs = line.startsWith('cpu=') ? line.split(/\s+/).slice(1) : [line.trim().replace(/\s+/, '=')];
  for (const pair of pairs) {
    const match = /^([a-z_]{1,40})=(\d{1,15})$/.exec(pair);
    if (match === null) continue;
    const name = match[1]!;
    const before = run.stats.get(name);
    // The line that added most is the best evidence for the sum.
    const value = Number(match[2]);
    run.stats.set(name, {
      value: (before?.value ?? 0) + value,
      loc: before !== undefined && value === 0 ? before.loc : loc,
    });
  }
}

/** One line of `conntrack -L`; null when it is none. */
export function parseConntrackLine(line: string, loc: { file: string; line: number }): ConntrackEntry | null {
  const words = line.trim().split(/\s+/, 64);
  // `-o extended` puts the family first: `ipv4     2 tcp      6 …`.
  if (/^ipv[46]$/.test(words[0] ?? '')) words.splice(0, 2);
  const proto = words[0];
  if (proto === undefined || !/^[a-z0-9]{2,12}$/.test(proto) || toCount(words[1]) === null) return null;
  let state: string | null = null;
  const flags: string[] = [];
  let mark: number | null = null;
  const halves: Map<string, string>[] = [];
  for (const word of words.slice(2)) {
    const equals = word.indexOf('=');
    if (equals === -1) {
      if (/^\[.*\]$/.test(word)) flags.push(word.slice(1, -1));
      else if (/^[A-Z][A-Z0-9_]+$/.test(word)) state = word;
      continue;
    }
    const key = word.slice(0, equals);
    const value = word.slice(equals + 1);
    if (key === 'src') halves.push(new Map());
    if (key === 'mark') mark = toCount(value);
    halves.at(-1)?.set(key, halves.at(-1)!.get(key) ?? value);
  }
  const original = tuple(halves[0]);
  const reply = tuple(halves[1]);
  if (original === null || reply === null) return null;
  return { proto, state, original, reply, flags, mark, loc };
}

function tuple(half: Map<string, string> | undefined): Tuple | null {
  const src = half?.get('src');
  const dst = half?.get('dst');
  if (src === undefined || dst === undefined) return null;
  if (isIP(src) === 0 || isIP(dst) === 0) return null;
  const sport = toPort(half?.get('sport')) ?? toPort(half?.get('id')) ?? 0;
  return { src, dst, sport, dport: toPort(half?.get('dport')) ?? 0 };
}

/** True when the answers do not simply come back the way the packets went: addresses or ports were translated. */
export function isTranslated(entry: Pick<ConntrackEntry, 'original' | 'reply'>): boolean {
  const { original, reply } = entry;
  if (original.src !== reply.dst || original.dst !== reply.src) return true;
  // ICMP has an id instead of ports, the same one both ways.
  if (original.dport === 0 && reply.dport === 0) return original.sport !== reply.sport;
  return original.sport !== reply.dport || original.dport !== reply.sport;
}
