import type { Place } from './geography.js';
import type { TapData } from './taps.js';

/**
 * Taps that must be of one node: interfaces of one file, files of one rotated capture, captures of one pod's veth
 * or of one interface by its MAC.
 */
export function tapGroups(taps: readonly TapData[], places: readonly Place[]): number[] {
  const parent = taps.map((_, i) => i);
  const root = (i: number): number => {
    while (parent[i] !== i) i = parent[i]!;
    return i;
  };
  for (let i = 0; i < taps.length; i++)
    for (let j = i + 1; j < taps.length; j++)
      if (belongTogether(taps[i]!, taps[j]!, places[i]!, places[j]!)) parent[root(j)] = root(i);
  return taps.map((_, i) => root(i));
}

function belongTogether(x: TapData, y: TapData, a: Place, b: Place): boolean {
  if (x.table === y.table) return true;
  if (a.kind === 'veth' && b.kind === 'veth' && a.podIps.some((ip) => b.podIps.includes(ip))) return true;
  if (!apart(x, y)) return false;
  if (a.kind === 'eni' && b.kind === 'eni' && macsOf(x) !== '' && macsOf(x) === macsOf(y)) return true;
  return sameStem(x, y);
}

/** Taps at one interface whose files follow one another: the parts of a rotated capture bear one number. */
export function rotatedSeries(taps: readonly TapData[]): number[] {
  const out: number[] = [];
  taps.forEach((t, i) => {
    const earlier = taps.slice(0, i).findIndex((u) => continues(u, t));
    out.push(earlier < 0 ? i : out[earlier]!);
  });
  return out;
}

function continues(x: TapData, y: TapData): boolean {
  return x.table !== y.table && x.part === y.part && apart(x, y) && sameStem(x, y);
}

function sameStem(x: TapData, y: TapData): boolean {
  return order(x.table.file, y.table.file) !== null;
}

/** `trace.pcap` of `trace.pcap0`, `trace.pcap00.gz`; null for names that do not look like parts of a rotated capture. */
export function rotationStem(file: string): string | null {
  const { stem, number } = partOf(file);
  return number === null ? null : stem;
}

/** Of two files of one rotated capture that follow one another in time: is a part between them missing? */
export function lacksPart(before: string, after: string): boolean {
  const numbers = order(before, after);
  // A ring begins anew at its first part.
  return numbers !== null && numbers[1] !== numbers[0] + 1 && numbers[1] > 1;
}

/** The numbers of two parts of one rotated capture; null for other files. */
function order(x: string, y: string): [number, number] | null {
  const [a, b] = [partOf(x), partOf(y)];
  return a.stem === b.stem && (a.number !== null || b.number !== null)
    ? [a.number ?? 0, b.number ?? 0]
    : null;
}

/**
 * Which part of which capture a file is, by its name: `trace.pcap3` as tcpdump counts (the first may be `trace.pcap`),
 * `trace_00003_20240517093122.pcapng` as dumpcap does. Without a number it may be the first, or no part at all.
 */
function partOf(file: string): { readonly stem: string; readonly number: number | null } {
  const dumpcap = /^(.*)_(\d{5})_\d{14}(\.[a-z]+)(?:\.gz)?$/i.exec(file);
  if (dumpcap !== null) return { stem: `${dumpcap[1]}${dumpcap[3]}`, number: Number(dumpcap[2]) };
  const tcpdump = /^(.*\.(?:pcap|cap|pcapng|dmp))(\d*)(?:\.gz)?$/i.exec(file);
  if (tcpdump === null) return { stem: file, number: null };
  return { stem: tcpdump[1]!, number: tcpdump[2] === '' ? null : Number(tcpdump[2]) };
}

export function macsOf(t: TapData): string {
  return t.interfaceMac ?? [...new Set(t.macs.flatMap((m) => [m.src, m.dst]))].sort().join(' ');
}

/** Files of one rotated capture follow one another. */
function apart(x: TapData, y: TapData): boolean {
  if (x.fileFirst === null || y.fileFirst === null) return true;
  return x.fileLast! <= y.fileFirst || y.fileLast! <= x.fileFirst;
}

/** Gives the one node known in a group to all of it. */
export function spreadNodes(groups: readonly number[], places: readonly Place[]): void {
  const known = new Map<number, Set<string>>();
  places.forEach((p, i) => {
    if (p.node !== null) known.set(groups[i]!, (known.get(groups[i]!) ?? new Set()).add(p.node));
  });
  places.forEach((p, i) => {
    const nodes = known.get(groups[i]!);
    if (p.node === null && nodes?.size === 1) p.node = [...nodes][0]!;
  });
}
