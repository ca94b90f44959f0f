/**
 * Where a fact comes from: one line of one file of one bundle (or a packet of a capture).
 *
 * `file` is the path inside the archive or folder as it was given, with `/` separators and without a leading
 * `./`; it never is a path of the machine that runs the analysis. `line` counts from 1.
 */
export interface Loc {
  readonly file: string;
  readonly line: number;
}

/**
 * A fact that was looked for in a file. 'missing', 'empty' and 'ok with nothing in it' are different answers:
 * - `ok`: the file was there and was understood.
 * - `empty`: the file was there with nothing in it (the tool failed, or was not running).
 * - `missing`: no such file in the bundle (not collected).
 * - `truncated`: understood as far as it goes, the end is cut.
 * - `unreadable`: the file holds something else than its format (an error message, binary junk).
 */
export type CollectionState = 'ok' | 'empty' | 'missing' | 'truncated' | 'unreadable';

export interface Collected<T> {
  readonly state: CollectionState;
  /** Path in the bundle of the file read, or the path that was looked for when missing. */
  readonly file: string;
  readonly value: T;
  /** Why it is not `ok`, in words for a reader; also lines that were not understood, with their count. */
  readonly note?: string;
}

/** True when the value may be used to conclude that something is absent. */
export function isKnown<T>(c: Collected<T> | undefined): c is Collected<T> {
  return c !== undefined && (c.state === 'ok' || c.state === 'truncated');
}
