import type { Kind } from './placeholders.js';

/** Something to replace; `group` is the part that is the value, the whole match where absent. */
export interface Pattern {
  readonly kind: Kind;
  /** Global and not sticky; written so that it runs in linear time. */
  readonly regex: RegExp;
  readonly group?: number;
  readonly accept?: (value: string) => boolean;
}

/** Where a value may begin: not inside a word, but after `%3A` of a URL, `\n` of an escaped text and a colour code. */
export const START = String.raw`(?:(?<![0-9A-Za-z])|(?<=%[0-9A-Fa-f]{2}|\\[nrt]|\[[0-9;]{1,8}m))`;
