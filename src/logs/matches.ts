/** The answer to one query while a file is read: everything is counted, the first and the last records are kept. */

import type { LogLevel, LogSource } from '../model/logs.js';
import { ActivityCounter } from './activity.js';

/** A matching line before it is turned into a record. */
export interface Match {
  readonly line: number;
  /** The physical line, for evidence. */
  readonly text: string;
  /** The record the pattern was tried on; differs from `text` where pieces were joined. */
  readonly record: string;
  readonly source: LogSource;
  readonly level: LogLevel;
  readonly time: number | null;
  readonly timeNotes: readonly string[];
}

export class MatchCounter {
  count = 0;
  first: number | null = null;
  last: number | null = null;
  readonly activity = new ActivityCounter();
  private readonly head: Match[] = [];
  /** Ring of the latest matches after `head` is full. */
  private readonly ring: Match[] = [];
  private readonly headRoom: number;
  private readonly ringRoom: number;

  constructor(maxRecords: number) {
    this.headRoom = Math.ceil(maxRecords / 2);
    this.ringRoom = maxRecords - this.headRoom;
  }

  add(match: Match): void {
    this.count++;
    if (match.time !== null) {
      this.first = this.first === null ? match.time : Math.min(this.first, match.time);
      this.last = this.last === null ? match.time : Math.max(this.last, match.time);
      this.activity.add(match.time);
    }
    if (this.head.length < this.headRoom) this.head.push(match);
    else if (this.ringRoom > 0) this.ring[(this.count - this.headRoom - 1) % this.ringRoom] = match;
  }

  /** In the order of the file. */
  kept(): Match[] {
    const beyond = this.count - this.headRoom;
    if (beyond <= this.ringRoom) return [...this.head, ...this.ring];
    const oldest = beyond % this.ringRoom;
    return [...this.head, ...this.ring.slice(oldest), ...this.ring.slice(0, oldest)];
  }
}

/** The first half and the last half of a list, as many as allowed. */
export function firstAndLast<T>(all: readonly T[], max: number): T[] {
  if (all.length <= max) return [...all];
  const head = Math.ceil(max / 2);
  return [...all.slice(0, head), ...all.slice(all.length - (max - head))];
}
