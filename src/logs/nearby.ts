/** What a line without a time or level of its own takes from the lines above it. */
import { previousLineStart } from './lines.js';
import { decodeLine, type DecodedLine } from './record.js';

/** Lines that are looked back over. */
const MAX_BACK = 200;
/** Times and levels stand at the start of a line. */
const PREFIX_BYTES = 512;

/**
 * Looks back within the bytes at hand, and remembers where it arrived, so that a run of such lines costs one step per
 * line. Beyond the chunk it knows what the last look found.
 */
export class Nearby<T> {
  /** Some line had to do without those before the first one that was shown. */
  blind = false;
  /** The bytes at hand begin where lines were passed over. */
  cutAbove = false;
  /** Some line would have had to look at those. */
  cutShort = false;
  private known: { line: number; value: T | null } = { line: 0, value: null };

  constructor(private readonly read: (line: DecodedLine) => T | null) {}

  /** Remembers what line `number` has, found without looking back. */
  note(number: number, value: T): void {
    this.known = { line: number, value };
  }

  before(chunk: Buffer, start: number, number: number): T | null {
    let at = start;
    for (let line = number - 1; line > this.known.line && number - line <= MAX_BACK; line--) {
      const previous = previousLineStart(chunk, at);
      if (previous < 0) {
        if (this.cutAbove) this.cutShort = true;
        break;
      }
      const end = Math.min(at - 1, previous + PREFIX_BYTES);
      const value = this.read(decodeLine(chunk.toString('utf8', previous, end)));
      if (value !== null) {
        this.note(number, value);
        return value;
      }
      at = previous;
    }
    if (this.known.value === null) this.blind = true;
    this.known = { line: number, value: this.known.value };
    return this.known.value;
  }
}
