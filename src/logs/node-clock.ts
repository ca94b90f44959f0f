/** What the logs of a node tell together of its clock: the time of boot and the zone of its wall time. */
import type { Bundle, SourceFile } from '../model/source.js';
import { latestYear, localToUtc } from './clock.js';
import { decodeLine, type DecodedLine } from './record.js';
import { innerOffset } from './sniff.js';
import { journalHeaderZone, zoneOffset } from './stamps/journal.js';
import { isoAt } from './stamps/iso.js';
import { clockTime, isValidDate, monthNumber, type Stamp } from './stamps/stamp.js';
import { TextFile } from './text-file.js';

export interface NodeClock {
  /** Milliseconds since the epoch, or null. */
  readonly bootTime: number | null;
  /** Minutes east of UTC of the node's wall time; null when nothing tells. */
  readonly zoneOffset: number | null;
}

/** Journals whose lines carry a second stamp in UTC, or a header with the zone. */
const ZONE_FILES = [
  'containerd/containerd-log.txt',
  'nodeadm/nodeadm-run.log',
  'nodeadm/nodeadm-config.log',
  'journalctl.log',
  'kubelet/kubelet.log',
];

/** Reads the beginnings of a few files. Files that cannot be read tell nothing. */
export async function nodeClock(bundle: Bundle): Promise<NodeClock> {
  const offset = await zoneOfNode(bundle);
  return { bootTime: await bootTime(bundle, offset ?? 0), zoneOffset: offset };
}

async function zoneOfNode(bundle: Bundle): Promise<number | null> {
  for (const name of ZONE_FILES) {
    const lines = await headOf(bundle.files.get(name));
    const header =
      lines
        .slice(0, 3)
        .map(journalHeaderZone)
        .find((zone) => zone !== null) ?? null;
    const offset = header ?? innerOffset(lines.map(decodeLine));
    if (offset !== null) return offset;
  }
  return null;
}

/** Best source first: dmesg with both clocks, the journal's list of boots, the table of logins. */
async function bootTime(bundle: Bundle, offset: number): Promise<number | null> {
  const file = (name: string): Promise<string[]> => headOf(bundle.files.get(name));
  const paired = bootFromDmesg(
    await file('kernel/dmesg.current'),
    await file('kernel/dmesg.human.current'),
    offset,
  );
  if (paired !== null) return paired;
  const boots = bootFromJournal(await file('journalctl-boots'));
  if (boots !== null) return boots;
  return bootFromLast(await file('system/last_reboot.txt'), offset, bundle.collectedAt);
}

async function headOf(file: SourceFile | undefined): Promise<string[]> {
  if (file === undefined) return [];
  try {
    const text = await TextFile.open(file.spool);
    try {
      return await text.head();
    } finally {
      await text.close();
    }
  } catch {
    // The same file is read as a log or as a fact elsewhere, and its failure is reported there.
    return [];
  }
}

/** Lines by which the second dump may have moved on from the first. */
const SHIFT = 50;

/**
 * dmesg was written twice, with seconds since boot and with wall time cut to seconds:
 *
 *     [    1.420000] ena 0000:00:05.0: ENA device version: 0.10
 *     [Fri Nov 20 20:58:53 2026] ena 0000:00:05.0: ENA device version: 0.10
 *
 * Wall time minus seconds is at most the time of boot; the largest over all pairs is nearest to it.
 */
export function bootFromDmesg(
  relative: readonly string[],
  wall: readonly string[],
  offset: number,
): number | null {
  const relatives = relative.map(decodeLine).filter((line) => line.stamp?.kind === 'boot');
  const walls = wall
    .map(decodeLine)
    .filter((line) => line.stamp?.kind === 'local' && line.stamp.year !== null);
  const shift = relatives.slice(0, SHIFT).findIndex((line) => line.message === walls[0]?.message);
  if (shift < 0) return null;
  let boot: number | null = null;
  for (const [index, line] of walls.entries()) {
    const other: DecodedLine | undefined = relatives[shift + index];
    if (other?.stamp?.kind !== 'boot' || other.message !== line.message) break;
    boot = Math.max(boot ?? -Infinity, utc(line.stamp, offset) - other.stamp.ms);
  }
  return boot;
}

function utc(stamp: Stamp | null, offset: number): number {
  return stamp?.kind === 'local' && stamp.year !== null ? localToUtc(stamp, stamp.year, offset) : -Infinity;
}

/** `journalctl --list-boots`, the running boot: ` 0 3f2a… Fri 2024-05-17 09:31:22 UTC—Fri 2024-05-17 11:02:03 UTC`. */
export function bootFromJournal(lines: readonly string[]): number | null {
  for (const line of lines) {
    const match = /^\s*0 [0-9a-f]{32} \w{3} (?=\d{4}-)/.exec(line);
    const time = match === null ? null : isoAt(line, match[0].length);
    if (time?.stamp.kind === 'utc') return time.stamp.ms;
    if (time?.stamp.kind !== 'local' || time.stamp.year === null) continue;
    const zone = zoneOffset(/^ ([A-Z]{1,5}|[+-]\d\d(?:\d\d)?)/.exec(line.slice(time.end))?.[1] ?? '');
    if (zone !== null) return localToUtc(time.stamp, time.stamp.year, zone);
  }
  return null;
}

const LAST =
  /^reboot\s+system boot\s.*\s(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d)\s+still running/;

/** `last reboot`, to the minute and without a year: `reboot   system boot  6.1.115-126.197.a Fri Nov 20 18:00   still running`. */
export function bootFromLast(
  lines: readonly string[],
  offset: number,
  collectedAt: number | null,
): number | null {
  if (collectedAt === null) return null;
  for (const line of lines) {
    const match = LAST.exec(line);
    if (match === null) continue;
    const month = monthNumber(match[1]!);
    const day = Number(match[2]);
    const ms = clockTime(Number(match[3]), Number(match[4]), 0, 0);
    if (ms < 0 || !isValidDate(null, month, day)) return null;
    const stamp = { kind: 'local', year: null, month, day, ms } as const;
    const year = latestYear(stamp, offset, collectedAt);
    return year === null ? null : localToUtc(stamp, year, offset);
  }
  return null;
}
