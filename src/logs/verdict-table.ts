/** Verdict lines summed up to tuples, in bounded memory. */
import type { LogSource, PolicyVerdict } from '../model/logs.js';
import { directionOf, looksLikeReturn, type VerdictLine } from './policy-verdict.js';

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

export class VerdictTable {
  /** Tuples and lines that were dropped to stay within the bound. */
  droppedTuples = 0;
  droppedLines = 0;
  private readonly tuples = new Map<string, VerdictTuple>();
  private readonly podIps: ReadonlySet<string>;

  constructor(
    podIps: readonly string[],
    private readonly maxTuples = 100_000,
  ) {
    this.podIps = new Set(podIps.map((ip) => ip.toLowerCase()));
  }

  add(line: VerdictLine, seen: VerdictPlace): void {
    const returnTraffic = looksLikeReturn(line);
    const direction = directionOf(line, this.podIps);
    const key = keyOf(line, direction, returnTraffic);
    const tuple = this.tuples.get(key);
    if (tuple !== undefined) {
      grow(tuple, line, seen);
      return;
    }
    if (this.tuples.size >= this.maxTuples) this.shrink();
    this.tuples.set(key, {
      line,
      direction,
      returnTraffic,
      count: 1,
      first: seen.time,
      last: seen.time,
      sports: [line.sport],
      dports: [line.dport],
      firstSeen: { ...seen, text: '' },
      lastSeen: { ...seen, text: '' },
    });
  }

  /** Adds a tuple of another table, written later. */
  merge(tuple: VerdictTuple): void {
    const key = keyOf(tuple.line, tuple.direction, tuple.returnTraffic);
    const known = this.tuples.get(key);
    if (known !== undefined) {
      mergeTuple(known, tuple);
      return;
    }
    if (this.tuples.size >= this.maxTuples) this.shrink();
    this.tuples.set(key, { ...tuple, sports: [...tuple.sports], dports: [...tuple.dports] });
  }

  /** Numbers of the lines that stand for the tuples. */
  lineNumbers(): Set<number> {
    const all = new Set<number>();
    for (const { firstSeen, lastSeen } of this.tuples.values()) all.add(firstSeen.line).add(lastSeen.line);
    return all;
  }

  /** The tuples as they were counted, in no order, with the text of their lines: for `merge`. */
  raw(texts: ReadonlyMap<number, string>): VerdictTuple[] {
    for (const tuple of this.tuples.values()) {
      tuple.firstSeen.text = texts.get(tuple.firstSeen.line) ?? '';
      tuple.lastSeen.text = texts.get(tuple.lastSeen.line) ?? '';
    }
    return [...this.tuples.values()];
  }

  /** All tuples, DENY before the others, then by count. */
  result(): VerdictTuple[] {
    return [...unmix([...this.tuples.values()])]
      .sort((a, b) => byWeight(a[1], b[1]) || (a[0] < b[0] ? -1 : 1))
      .map(([, tuple]) => tuple);
  }

  /** Drops the quarter that tells least: ACCEPT before DENY, then the smallest counts, of these the oldest. */
  private shrink(): void {
    const all = [...this.tuples].reverse().sort((a, b) => byWeight(a[1], b[1]));
    for (const [key, tuple] of all.slice(Math.floor((this.maxTuples * 3) / 4))) {
      this.tuples.delete(key);
      this.droppedTuples++;
      this.droppedLines += tuple.count;
    }
  }
}

function keyOf(line: VerdictLine, direction: string | null, returnTraffic: boolean): string {
  const port = returnTraffic ? `<${line.sport}` : `>${line.dport}`;
  return `${line.src} ${line.dst} ${port} ${line.protocol} ${line.verdict} ${direction ?? ''} ${line.tier ?? ''}`;
}

function grow(tuple: VerdictTuple, line: VerdictLine, seen: VerdictPlace): void {
  tuple.count++;
  tuple.lastSeen.line = seen.line;
  tuple.lastSeen.time = seen.time;
  tuple.lastSeen.timeNotes = seen.timeNotes;
  if (seen.time !== null) {
    tuple.first = Math.min(tuple.first ?? seen.time, seen.time);
    tuple.last = Math.max(tuple.last ?? seen.time, seen.time);
  }
  addPort(tuple.sports, line.sport);
  if (tuple.returnTraffic) addPort(tuple.dports, line.dport);
}

function addPort(ports: number[], port: number): void {
  if (ports.length < MAX_PORTS && !ports.includes(port)) ports.push(port);
}

/** DENY first, then the larger count. */
const byWeight = (a: VerdictTuple, b: VerdictTuple): number =>
  Number(b.line.verdict === 'DENY') - Number(a.line.verdict === 'DENY') || b.count - a.count;

/** Source ports to one destination port that make it a server on a high port. */
const CLIENT_PORTS = 3;

/**
 * A client with a low source port range and a server on a high port look like return traffic too. Where one pair of
 * addresses shows several source ports and fewer destination ports, it is that: the tuples become ordinary ones.
 */
function unmix(tuples: readonly VerdictTuple[]): Map<string, VerdictTuple> {
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

/** Adds what `other` saw to `tuple`. */
function mergeTuple(tuple: VerdictTuple, other: VerdictTuple): void {
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
