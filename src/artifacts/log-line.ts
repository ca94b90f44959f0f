import { toTime } from './parsed.js';

/** Time and message of one line of the CNI's logs. */
export interface CniLogLine {
  /** Milliseconds since the epoch UTC, or null. */
  readonly time: number | null;
  readonly message: string;
}

/**
 * One line of ipamd.log or plugin.log, of any release; null when it is neither form.
 *
 *     {"level":"info","ts":"2024-05-17T09:31:22.123Z","caller":"ipamd/ipamd.go:633","msg":"text"}
 *     2019-08-07T02:24:04.835Z [ERROR]<TAB>text                                    (CNI <= 1.6.0)
 */
export function cniLogLine(line: string): CniLogLine | null {
  if (line.startsWith('{')) {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return null;
    }
    if (typeof value !== 'object' || value === null) return null;
    const { ts, msg } = value as { ts?: unknown; msg?: unknown };
    if (typeof msg !== 'string') return null;
    return { time: typeof ts === 'string' ? toTime(ts) : null, message: msg };
  }
  const match = /^(\d{4}-\d\d-\d\dT[\d:.]{8,18}Z) \[[A-Z]{4,8}\]\s+/.exec(line);
  return match === null ? null : { time: toTime(match[1]), message: line.slice(match[0].length) };
}
