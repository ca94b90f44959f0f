/** Dumps of state within logs, whose lines are no events and must not match as such. */
import type { LogSource } from '../model/logs.js';
import { MARKS } from './query-set.js';
import type { DecodedLine } from './record.js';

const RULES = /(?:^|\s)Rules:\s*$/;

/**
 * - Log collectors send containerd and dockerd SIGUSR1, and these write `=== BEGIN goroutine stack dump ===` to
 *   `=== END goroutine stack dump ===`: no crash.
 * - kube-proxy writes all its rules behind a line `Rules:` when iptables-restore fails: no rules in force.
 *
 * A dump ends at its end mark, and in any case at the next line of the same program that starts a record of its own:
 * the mark may have been cut off.
 */
export class Dumps {
  private tag: string | null = null;
  private open = false;

  get isOpen(): boolean {
    return this.open;
  }

  /** Whether the line is part of a dump. Must see every line while one is open, else those with a needle. */
  holds(line: DecodedLine, ids: readonly number[], source: LogSource): boolean {
    if (this.open && line.tag !== this.tag) return false;
    const ends = ids.includes(MARKS.dumpEnd);
    if (ids.includes(MARKS.dumpBegin)) {
      this.tag = line.tag;
      this.open = !ends;
      return true;
    }
    if (this.open) {
      this.open = !ends && line.body.family === 'TEXT';
      return this.open || ends;
    }
    if (source === 'kube-proxy' && ids.includes(MARKS.rules) && RULES.test(line.message)) {
      this.tag = line.tag;
      this.open = true;
      return line.body.family === 'TEXT';
    }
    return false;
  }
}
