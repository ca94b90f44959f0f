import type { LogLevel } from '../../model/logs.js';
import { clockTime, fractionMs, isValidDate, type LocalStamp } from './stamp.js';

const HEADER = /^([IWEF])(\d\d)(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{1,9}) +\d+ ([^\s\]]+)\] ?/;
const LEVELS: Readonly<Record<string, LogLevel>> = { I: 'info', W: 'warn', E: 'error', F: 'fatal' };

export interface KlogHeader {
  readonly stamp: LocalStamp;
  readonly level: LogLevel;
  /** `server_linux.go:69`. */
  readonly caller: string;
  readonly end: number;
}

/**
 * The header of klog: level, month and day, time of day in the zone of the process, thread, source line.
 *
 *     E0517 09:31:22.123456    2134 pod_workers.go:1301] "Error syncing pod, skipping" err="…" pod="shop/cart-0"
 */
export function klogHeader(text: string): KlogHeader | null {
  const match = HEADER.exec(text);
  if (match === null) return null;
  const month = Number(match[2]);
  const day = Number(match[3]);
  const ms = clockTime(Number(match[4]), Number(match[5]), Number(match[6]), fractionMs(match[7]));
  if (ms < 0 || !isValidDate(null, month, day)) return null;
  return {
    stamp: { kind: 'local', year: null, month, day, ms },
    level: LEVELS[match[1]!] ?? null,
    caller: match[8]!,
    end: match[0].length,
  };
}
