import { isoAt } from '../stamps/iso.js';
import { dmesgTime, dmesgWallTime } from '../stamps/dmesg.js';
import { journalTag, journalTime } from '../stamps/journal.js';
import type { Stamp } from '../stamps/stamp.js';
import { jsonLine } from './json-line.js';

/** What container runtime, journal, syslog or kernel put before the text a program wrote. */
export interface Prefix {
  readonly family: PrefixFamily;
  readonly stamp: Stamp | null;
  /** The text behind it. */
  readonly body: string;
  /** Program of a journal or syslog line. */
  readonly tag: string | null;
  /** Stream of a container, and whether this line is only a piece of the record. */
  readonly stream: string | null;
  readonly partial: boolean;
}

export type PrefixFamily =
  'CRI' | 'DOCKER' | 'JRN' | 'JRN-ISO' | 'SYSLOG' | 'SNAP' | 'DMESG' | 'DMESG-H' | 'CLOUDINIT' | 'ISO';

const CRI = /^ (stdout|stderr) ([FP])(?::\S*)?(?: |$)/;
const CLOUDINIT = /^ - (?=\S+\[[A-Z]+\]: )/;
const SNAP = /^ ([^\s:[]+)\[\d+\]: ?/;
const SEELOG = /^ \[[A-Z]{4,8}\](?:[\t ]|$)/;

/** The prefix of a line, or null when it starts with the program's own text. */
export function parsePrefix(text: string): Prefix | null {
  const first = text.charCodeAt(0);
  if (first >= 48 && first <= 57) return isoPrefix(text);
  if (first >= 65 && first <= 90) return journalPrefix(text);
  if (first === 91 || first === 60) return kernelPrefix(text);
  if (first === 123) return dockerPrefix(text);
  return null;
}

const prefix = (
  family: PrefixFamily,
  stamp: Stamp | null,
  body: string,
  more: { tag?: string; stream?: string; partial?: boolean } = {},
): Prefix => ({
  family,
  stamp,
  body,
  tag: more.tag ?? null,
  stream: more.stream ?? null,
  partial: more.partial ?? false,
});

function isoPrefix(text: string): Prefix | null {
  const time = isoAt(text, 0);
  if (time === null) return null;
  const rest = text.slice(time.end);
  const cri = CRI.exec(rest);
  if (cri !== null) {
    const more = { stream: cri[1]!, partial: cri[2] === 'P' };
    return prefix('CRI', time.stamp, rest.slice(cri[0].length), more);
  }
  if (SEELOG.test(rest)) return null;
  const cloud = CLOUDINIT.exec(rest);
  if (cloud !== null) return prefix('CLOUDINIT', time.stamp, rest.slice(cloud[0].length));
  const snap = SNAP.exec(rest);
  if (snap !== null) return prefix('SNAP', time.stamp, rest.slice(snap[0].length), { tag: snap[1]! });
  const journal = time.stamp.kind === 'utc' ? journalTag(rest) : null;
  if (journal !== null) return tagged('JRN-ISO', time.stamp, rest, journal);
  return prefix('ISO', time.stamp, rest.trimStart());
}

function journalPrefix(text: string): Prefix | null {
  const time = journalTime(text);
  if (time === null) return null;
  const family = text[4] === ' ' ? 'SYSLOG' : 'JRN';
  const rest = text.slice(time.end);
  const tag = journalTag(rest);
  return tag === null ? prefix(family, time.stamp, rest.trimStart()) : tagged(family, time.stamp, rest, tag);
}

/** Kernel lines of some syslogs carry the time since boot once more: `kernel: [12345.678901] text`. */
function tagged(
  family: PrefixFamily,
  stamp: Stamp,
  rest: string,
  { tag, end }: { readonly tag: string; readonly end: number },
): Prefix {
  const body = rest.slice(end);
  const again = tag === 'kernel' ? dmesgTime(body) : null;
  return prefix(family, stamp, again === null ? body : body.slice(again.end), { tag });
}

function kernelPrefix(text: string): Prefix | null {
  const boot = dmesgTime(text);
  if (boot !== null) return prefix('DMESG', boot.stamp, text.slice(boot.end));
  const wall = dmesgWallTime(text);
  return wall === null ? null : prefix('DMESG-H', wall.stamp, text.slice(wall.end));
}

/** Docker's json-file: `{"log":"text\n","stream":"stderr","time":"2020-06-01T10:00:00.123456789Z"}`. */
function dockerPrefix(text: string): Prefix | null {
  if (!/^\{\s*"(?:log|stream|time|attrs)"/.test(text)) return null;
  const members = new Map(jsonLine(text) ?? []);
  const log = members.get('log');
  const time = members.get('time');
  if (log === undefined || time === undefined) return null;
  const whole = log.endsWith('\n');
  const more = { stream: members.get('stream') ?? 'stdout', partial: !whole };
  return prefix('DOCKER', isoAt(time, 0)?.stamp ?? null, whole ? log.slice(0, -1) : log, more);
}
