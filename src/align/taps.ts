import {
  BIT_ENCAPSULATED,
  BIT_SNAPPED,
  type ArpSummary,
  type CaptureTable,
  type MacPair,
} from '../model/capture.js';
import type { Agreed } from './agree.js';
import type { FlowIndex } from './flow-index.js';
import { LegTable } from './leg-table.js';
import type { PreparedCapture } from './prepare.js';
import { splitRows, type ConnectionFlow } from './reuse.js';
import { podsOfCooked, splitCooked, type NodeAddresses } from './tap-parts.js';
import { rotationStem } from './tap-groups.js';
import { summariseTaps, type CaptureSummary, type EndStats, type QuotedError } from './tap-summary.js';
import type { TimeBase } from './timebase.js';

/** One tapped interface with its packets. */
export interface TapData {
  readonly index: number;
  readonly id: string;
  readonly table: CaptureTable;
  /** Flows of the table, split by connection: what `leg.flow` and the flow index count. */
  readonly flows: readonly ConnectionFlow[];
  readonly flowIndex: FlowIndex;
  /** Number of each flow over all captures of the run. */
  readonly flowNumbers: Uint32Array;
  /** Which tap of the table each row belongs to; null when the table is one tap. */
  readonly rowTap: Uint16Array | null;
  /** This tap's number in `rowTap`. */
  readonly slot: number;
  /** Which of its file's interfaces it is: the same in all files of a rotated capture. */
  readonly part: string;
  /** To be added to column times for the run's time axis. */
  readonly shift: number;
  readonly packets: number;
  /** First and last frame on the run's axis by the tap's own clock; null when empty. */
  readonly first: number | null;
  readonly last: number | null;
  /** The same of the whole file, which may hold several taps. */
  readonly fileFirst: number | null;
  readonly fileLast: number | null;
  /** Longest silence between two frames, nanoseconds. */
  readonly longestGap: number;
  readonly interfaceName: string | null;
  readonly interfaceMac: string | null;
  readonly cooked: boolean;
  /** Some payload hash of the file covers less than it would with a longer snap length. */
  readonly snapped: boolean;
  /** How much of a payload the hashes cover: equal for taps whose hashes may be compared. */
  readonly hashReach: string;
  /** Part of a cooked v1 capture: `eni`, or the address of a pod of the node. Null for others. */
  readonly cookedPart: string | null;
  readonly macs: readonly MacPair[];
  readonly arp: readonly ArpSummary[];
  readonly ends: ReadonlyMap<string, EndStats>;
  /** Legs of the table, those of this tap in order of their flows, and the flow of each. */
  readonly legs: LegTable;
  readonly ownLegs: Uint32Array;
  readonly flowOfLeg: Uint32Array;
  /** ICMP errors, on the table's own time axis. */
  readonly errors: readonly QuotedError[];
}

/** Splits each capture into taps: one per interface; cooked v1 captures by hop (see `splitCooked`). */
export function makeTaps(
  { captures, numbers }: Agreed,
  base: TimeBase,
  nodes: readonly NodeAddresses[],
): TapData[] {
  const taps: TapData[] = [];
  const own = new Set([...nodes.flatMap((n) => n.addresses), ...captures.flatMap((p) => p.own)]);
  // A node also sends resets in a pod's name.
  for (const n of nodes) for (const p of n.pods) own.delete(p.ip);
  const pods = podsOfEach(captures, own, nodes);
  for (const [i, capture] of captures.entries()) {
    const { table, flows, index } = capture;
    const {
      parts,
      taps: summaries,
      bits,
      legs,
      flowOfLeg,
    } = capture.summary ?? summariseCooked(capture, pods[i]!);
    const legTable = new LegTable(legs);
    const snapped = (bits & BIT_SNAPPED) !== 0;
    const fileFirst = least(summaries.map((s) => s.first));
    const fileLast = most(summaries.map((s) => s.last));
    parts.names.forEach((name, slot) => {
      const s = summaries[slot]!;
      const single = parts.names.length === 1;
      const face = parts.ifaceOf[slot] ?? null;
      const info = face === null ? null : (table.interfaces[face] ?? null);
      const shift = base.shift(table);
      taps.push({
        index: taps.length,
        id: single ? table.file : `${table.file}#${name}`,
        table,
        flows,
        flowIndex: index,
        flowNumbers: numbers[i]!,
        rowTap: parts.rowTap,
        slot,
        part: info === null || info.ifIndex === null ? (info?.name ?? name) : `ifindex-${info.ifIndex}`,
        shift,
        packets: s.packets,
        first: s.first === null ? null : s.first + shift,
        last: s.last === null ? null : s.last + shift,
        fileFirst: fileFirst === null ? null : fileFirst + shift,
        fileLast: fileLast === null ? null : fileLast + shift,
        longestGap: s.gap,
        interfaceName: info?.name ?? null,
        interfaceMac: info?.mac ?? null,
        cooked: table.interfaces.some((i) => i.linkType === 113 || i.linkType === 276),
        snapped,
        hashReach: snapped ? hashReach(table, face, (bits & BIT_ENCAPSULATED) !== 0) : 'whole',
        cookedPart: parts.cooked ? name : null,
        macs: face === null ? [] : table.macs.filter((m) => single || m.iface === face),
        arp: face === null ? [] : table.arp.filter((m) => single || m.iface === face),
        ends: s.ends,
        legs: legTable,
        ownLegs: s.legs,
        flowOfLeg,
        errors: s.errors,
      });
    });
  }
  return taps;
}

/** A cooked v1 capture, whose parts are told by what all captures and bundles know of the nodes' addresses. */
function summariseCooked(
  { table, flows, reused }: PreparedCapture,
  pods: ReadonlySet<string>,
): CaptureSummary {
  return summariseTaps(table, flows, splitRows(table, reused), splitCooked(table, pods));
}

/** Pods of the node of each cooked v1 capture: what one file of a rotated capture tells holds for all of them. */
function podsOfEach(
  captures: readonly PreparedCapture[],
  own: ReadonlySet<string>,
  nodes: readonly NodeAddresses[],
): ReadonlySet<string>[] {
  const stems = captures.map(({ table }) => rotationStem(table.file) ?? table.file);
  const together = new Map(stems.map((stem) => [stem, { own: new Set<string>(), pods: new Set<string>() }]));
  captures.forEach((c, i) => {
    for (const ip of c.own) if (own.has(ip)) together.get(stems[i]!)!.own.add(ip);
  });
  return captures.map(({ table, summary }, i) => {
    if (summary !== null) return NO_PODS;
    const known = together.get(stems[i]!)!;
    for (const ip of podsOfCooked(table, own, known.own, nodes)) known.pods.add(ip);
    return known.pods;
  });
}

const NO_PODS: ReadonlySet<string> = new Set();

function hashReach(table: CaptureTable, face: number | null, tunnelled: boolean): string {
  const f = table.interfaces[face ?? 0];
  return `${f?.snapLength ?? 0}.${f?.linkType ?? 0}.${tunnelled}`;
}

function least(list: readonly (number | null)[]): number | null {
  return list.reduce((m, x) => (x !== null && (m === null || x < m) ? x : m), null);
}

function most(list: readonly (number | null)[]): number | null {
  return list.reduce((m, x) => (x !== null && (m === null || x > m) ? x : m), null);
}
