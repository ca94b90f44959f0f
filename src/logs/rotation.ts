/**
 * Where a rotated log stands among its siblings.
 *
 *     ipamd-2024-05-17T09-31-22.123.log      lumberjack: the moment of rotation, the end of its content, in UTC
 *     ipamd.log.2018-05-16-21                seelog: the hour
 *     0.log.20240517-093122                  kubelet's container logs
 *     messages-20240512                      logrotate with dateext
 *     messages.2                             the higher, the older
 */
export interface RotatedName {
  /** Name of the current file: `ipamd.log`. */
  readonly base: string;
  /** Sorts rotated files by time: a stamp of digits, `number` complement for counted ones; null for the current file. */
  readonly stamp: string | null;
}

const LUMBERJACK = /^(.+)-(\d{4})-(\d\d)-(\d\d)T(\d\d)-(\d\d)-(\d\d)\.(\d{3})(\.\w+)$/;
const SEELOG = /^(.+\.log)\.(\d{4})-(\d\d)-(\d\d)(?:-(\d\d))?$/;
const KUBELET = /^(.+\.log)\.(\d{8})-(\d{6})$/;
const DATEEXT = /^(.+?)-(\d{8})$/;
const COUNTED = /^(.+?)\.(\d{1,4})$/;

/** Takes a file name without folders and without `.gz`. */
export function rotatedName(name: string): RotatedName {
  const lumberjack = LUMBERJACK.exec(name);
  if (lumberjack !== null) {
    return { base: lumberjack[1]! + lumberjack[9]!, stamp: lumberjack.slice(2, 9).join('') };
  }
  for (const form of [SEELOG, KUBELET, DATEEXT]) {
    const match = form.exec(name);
    if (match !== null) return { base: match[1]!, stamp: match.slice(2).join('').padEnd(17, '0') };
  }
  const counted = COUNTED.exec(name);
  // Before every stamp: counted and stamped siblings do not occur together.
  if (counted !== null)
    return { base: counted[1]!, stamp: String(10_000 - Number(counted[2])).padStart(17, '0') };
  return { base: name, stamp: null };
}

/** Rotated ones by their stamps, then the current file. */
export function compareRotation(a: RotatedName, b: RotatedName): number {
  if (a.stamp === b.stamp) return 0;
  if (a.stamp === null) return 1;
  if (b.stamp === null) return -1;
  return a.stamp < b.stamp ? -1 : 1;
}
