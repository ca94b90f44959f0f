/** Tuples of policy verdicts: what they hold and how they grow. */
import type { LogSource, PolicyVerdict } from '../model/logs.js';
import type { VerdictLine } from './policy-verdict.js';

/** Where a verdict stands. */
export interface VerdictPlace {
  readonly source: LogSource;
  readonly file: string;
  readonly line: number;
  readonly time: number | null;
  readonly timeNotes: readonly string[];
}

/** A line as it can be shown again. */
export interface VerdictSighting extends VerdictPlace {
  /** Empty until the file was gone through for it: keeping the text of every tuple's latest line is slow. */
  readonly text: string;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export interface VerdictTuple {
  readonly line: VerdictLine;
  readonly direction: PolicyVerdict['direction'];
  readonly returnTraffic: boolean;
  count: number;
  first: number | null;
  last: number | null;
  /** Distinct ports seen, at most 64 of each. */
  readonly sports: number[];
  readonly dports: number[];
  firstSeen: Mutable<VerdictSighting>;
  lastSeen: Mutable<VerdictSighting>;
}

/** Distinct ports kept per tuple. */
const MAX_PORTS = 64;

export function keyOf(line: VerdictLine, direction: string | null, returnTraffic: boolean): string {
  const port = returnTraffic ? `<${line.sport}` : `>${line.dport}`;
  return `${line.src} ${line.dst} ${port} ${line.protocol} ${line.verdict} ${direction ?? ''} ${line.tier ?? ''}`;
}

export function grow(tuple: VerdictTuple, line: VerdictLine, seen: VerdictPlace): void {
  tuple.count++;
  tuple.lastSeen.line = seen.line;
  tuple.lastSeen.time = seen.time;
  tuple.lastSeen.timeNotes = seen.timeNotes;
  if (seen.time !== null) {
    if (tuple.first === null || seen.time < tuple.first) tuple.first = seen.time;
    if (tuple.last === null || seen.time > tuple.last) tuple.last = seen.time;
  }
  addPort(tuple.sports, line.sport);
  if (tuple.returnTraffic) addPort(tuple.dports, line.dport);
}

function addPort(ports: number[], port: number): void {
  if (ports.length < MAX_PORTS && !ports.includes(port)) ports.push(port);
}

/** DENY first, then the larger count. */
export const byWeight = (a: VerdictTuple, b: VerdictTuple): number =>
  Number(b.line.verdict === 'DENY') - Number(a.line.verdict === 'DENY') || b.count - a.count;

/** Source ports to one destination port that make it a server on a high port. */
const CLIENT_PORTS = 3;

/**
 * A client with a low source port range and a server on a high port look like return traffic too. Where one pair of
 * addresses shows several source ports and fewer destination ports, it is that: the tuples become ordinary ones.
 */
export function unmix(tuples: readonly VerdictTuple[]): Map<string, VerdictTuple> {
  const result = new Map<string, VerdictTuple>();
  const groups = new Map<string, VerdictTuple[]>();
  for (const tuple of tuples) {
    if (!tuple.returnTraffic) {
      result.set(keyOf(tuple.line, tuple.direction, false), tuple);
      continue;
    }
    const { src, dst, protocol, verdict, tier } = tuple.line;
    const pair = [src, dst, protocol, verdict, tuple.direction ?? '', tier ?? ''].join(' ');
    const group = groups.get(pair);
    if (group === undefined) groups.set(pair, [tuple]);
    else group.push(tuple);
  }
  for (const group of groups.values()) {
    const dports = new Set(group.flatMap((tuple) => [...tuple.dports]));
    const isRequests = group.length >= CLIENT_PORTS && dports.size < group.length;
    for (const tuple of group) {
      const key = keyOf(tuple.line, tuple.direction, !isRequests);
      const known = result.get(key);
      if (known !== undefined) mergeTuple(known, tuple);
      else if (isRequests) result.set(key, { ...tuple, returnTraffic: false, dports: [tuple.line.dport] });
      else result.set(key, tuple);
    }
  }
  return result;
}

/** Adds what the same tuple saw further on in the same file. */
export function followTuple(tuple: VerdictTuple, later: VerdictTuple): void {
  const { firstSeen, lastSeen } = tuple;
  mergeTuple(tuple, later);
  tuple.firstSeen = firstSeen;
  const { line, time, timeNotes, text } = later.lastSeen;
  tuple.lastSeen = { ...lastSeen, line, time, timeNotes, text };
}

/** Adds what `other` saw to `tuple`. */
export function mergeTuple(tuple: VerdictTuple, other: VerdictTuple): void {
  tuple.count += other.count;
  for (const sport of other.sports) addPort(tuple.sports, sport);
  if (tuple.returnTraffic) for (const dport of other.dports) addPort(tuple.dports, dport);
  if (other.first !== null) tuple.first = Math.min(tuple.first ?? other.first, other.first);
  if (other.last !== null) tuple.last = Math.max(tuple.last ?? other.last, other.last);
  if (isBefore(other.firstSeen, tuple.firstSeen)) tuple.firstSeen = other.firstSeen;
  if (!isBefore(other.lastSeen, tuple.lastSeen)) tuple.lastSeen = other.lastSeen;
}

/** By time, where both have one; within a file by line. Files are merged in the order in which they were written. */
function isBefore(a: VerdictSighting, b: VerdictSighting): boolean {
  if (a.time !== null && b.time !== null && a.time !== b.time) return a.time < b.time;
  return a.file === b.file && a.line < b.line;
}
