/** A 32-bit packet or connection mark of which some bits may not be known. */
export interface Mark {
  /** Known bits; unknown ones are 0 here. */
  readonly value: number;
  /** Bits that are not known. */
  readonly unknown: number;
}

export const ZERO_MARK: Mark = { value: 0, unknown: 0 };
export const UNKNOWN_MARK: Mark = { value: 0, unknown: 0xffffffff };

export function knownMark(value: number): Mark {
  return { value: value >>> 0, unknown: 0 };
}

/** `(mark AND NOT mask) XOR value`: what every form of `--set-xmark` does. */
export function setXmark(mark: Mark, value: number, mask: number): Mark {
  const unknown = (mark.unknown & ~mask) >>> 0;
  return { value: (((mark.value & ~mask) ^ value) & ~unknown) >>> 0, unknown };
}

/** `(to AND NOT toMask) XOR (from AND fromMask)`: save-mark and restore-mark. */
export function copyMark(to: Mark, toMask: number, from: Mark, fromMask: number): Mark {
  const unknown = ((to.unknown & ~toMask) | (from.unknown & fromMask)) >>> 0;
  return { value: (((to.value & ~toMask) ^ (from.value & fromMask)) & ~unknown) >>> 0, unknown };
}

/** `(mark AND mask) == value`; null when unknown bits decide. */
export function markEquals(mark: Mark, value: number, mask: number): boolean | null {
  const known = (mask & ~mark.unknown) >>> 0;
  if ((mark.value & known) >>> 0 !== (value & known) >>> 0) return false;
  if ((value & ~mask) >>> 0 !== 0) return false;
  return (mask & mark.unknown) >>> 0 === 0 ? true : null;
}

/** What is known of a mark after the answer to `markEquals` was assumed. */
export function assumeMark(mark: Mark, value: number, mask: number, equal: boolean): Mark {
  const open = (mask & mark.unknown) >>> 0;
  if (equal) {
    return {
      value: ((mark.value & ~open) | (value & open)) >>> 0,
      unknown: (mark.unknown & ~open) >>> 0,
    };
  }
  // With one open bit 'not equal' tells that bit; with more it tells none.
  if ((open & (open - 1)) !== 0) return mark;
  return {
    value: ((mark.value & ~open) | (~value & open)) >>> 0,
    unknown: (mark.unknown & ~open) >>> 0,
  };
}
