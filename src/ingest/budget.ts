import type { ErrorCode } from '../errors.js';
import type { Limits } from '../limits.js';
import { formatBytes } from './printable.js';

/** The ratio of output to input says nothing on small files: it is judged from here on. */
const RATIO_FROM = 10 * 1024 * 1024;

/** A limit was reached: reading of `budget`'s input ends, what was read is kept. */
export class LimitHit extends Error {
  override readonly name = 'LimitHit';
  constructor(
    readonly code: ErrorCode,
    readonly budget: Budget,
    message: string,
  ) {
    super(message);
  }
}

/**
 * What one input may cost. Every method counts, and throws LimitHit when the count passes its limit.
 * A file of a folder has a budget of its own below the folder's, so that one bomb does not end the folder,
 * while all files together stay within `maxTotalSize`.
 */
export class Budget {
  #entries = 0;
  #compressed = 0;
  #inflated = 0;
  #written = 0;

  /** `size`: bytes of the input as it lies on disk, null for a stream of unknown length. */
  constructor(
    readonly limits: Limits,
    private readonly size: number | null,
    private readonly parent: Budget | null = null,
  ) {}

  get entries(): number {
    return this.#entries;
  }

  get bytes(): number {
    return this.#written;
  }

  /** One more entry, of whatever kind. */
  entry(): void {
    this.#entries += 1;
    if (this.#entries > this.limits.maxEntries) {
      this.#stop('E_LIMIT_ENTRIES', `more than ${this.limits.maxEntries} entries`);
    }
  }

  /** Bytes read of the input itself. Never throws: the input is there already. */
  read(bytes: number): void {
    this.#compressed += bytes;
  }

  /** Bytes that came out of a decompressor, at whatever level. */
  inflated(bytes: number): void {
    this.#inflated += bytes;
    if (this.#inflated <= RATIO_FROM) return;
    const input = Math.max(this.size ?? 0, this.#compressed, 1);
    if (this.#inflated > input * this.limits.maxRatio) {
      this.#stop('E_LIMIT_RATIO', `expands to more than ${this.limits.maxRatio} times its size`);
    }
  }

  /** Bytes of entries, written to the temporary folder or skipped. `entrySize`: bytes of this entry so far. */
  written(bytes: number, entrySize: number): void {
    this.#written += bytes;
    if (entrySize > this.limits.maxEntrySize) {
      this.#stop('E_LIMIT_ENTRY_SIZE', `an entry is larger than ${formatBytes(this.limits.maxEntrySize)}`);
    }
    if (this.#written > this.limits.maxTotalSize) {
      this.#stop('E_LIMIT_TOTAL_SIZE', `unpacks to more than ${formatBytes(this.limits.maxTotalSize)}`);
    }
    this.parent?.written(bytes, 0);
  }

  #stop(code: ErrorCode, what: string): never {
    throw new LimitHit(code, this, what);
  }
}
