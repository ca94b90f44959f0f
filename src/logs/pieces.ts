/** Joins the pieces into which container runtimes cut long records. */
import type { DecodedLine } from './record.js';

interface Pending {
  readonly number: number;
  readonly text: string;
  readonly time: number | null;
  readonly bodies: string[];
  length: number;
}

export interface JoinedRecord {
  /** Line number and text of the first piece. */
  readonly number: number;
  readonly text: string;
  /** The record as one line, in CRI form. */
  readonly record: string;
}

/**
 * CRI tags every piece but the last of a record with `P`, per stream; docker leaves out the `\n` at the end of `log`.
 *
 *     2024-05-17T09:31:22.123456789Z stderr P first half
 *     2024-05-17T09:31:22.123456789Z stderr F  and second half
 */
export class Pieces {
  private readonly pending = new Map<string, Pending>();

  constructor(private readonly maxLength: number) {}

  get waiting(): boolean {
    return this.pending.size > 0;
  }

  /** Takes a piece; gives the record once it is complete. Null also for a line that is no piece: see `takes`. */
  add(line: DecodedLine, number: number, text: string): JoinedRecord | null {
    const stream = line.stream ?? '';
    let pending = this.pending.get(stream);
    if (pending === undefined) {
      const time = line.stamp?.kind === 'utc' ? line.stamp.ms : null;
      pending = { number, text, time, bodies: [], length: 0 };
      this.pending.set(stream, pending);
    }
    const body = (line.prefix?.body ?? '').slice(0, this.maxLength - pending.length);
    pending.bodies.push(body);
    pending.length += body.length;
    return line.partial ? null : this.complete(stream, pending);
  }

  /** Whether the line is a piece, or the end of a record that waits. */
  takes(line: DecodedLine): boolean {
    return line.stream !== null && (line.partial || this.pending.has(line.stream));
  }

  /** Records whose end never came. */
  rest(): JoinedRecord[] {
    return [...this.pending].map(([stream, pending]) => this.complete(stream, pending));
  }

  private complete(stream: string, pending: Pending): JoinedRecord {
    this.pending.delete(stream);
    const { number, text, time, bodies } = pending;
    const body = bodies.join('');
    const record = time === null ? body : `${new Date(time).toISOString()} ${stream} F ${body}`;
    return { number, text, record };
  }
}
