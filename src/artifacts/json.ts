/** Reading of untrusted JSON values: own properties only, types checked, numbers bounded. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export function isRecord(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own property; inherited names (`constructor`, `__proto__`) are never found. */
export function member(value: Json | undefined, key: string): Json | undefined {
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Own entries of an object in their order; none for anything else. */
export function entriesOf(value: Json | undefined): [string, Json][] {
  return isRecord(value) ? Object.entries(value) : [];
}

export function arrayOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

/** A string that is not empty, else null. */
export function stringOf(value: Json | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A whole number of safe size, also when written as a string; else null. */
export function integerOf(value: Json | undefined): number | null {
  const number = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : null;
}

/** Turns offsets of a text into line numbers, counted from 1. */
export class LineIndex {
  private readonly starts: number[] = [0];

  constructor(private readonly text: string) {
    for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) this.starts.push(i + 1);
  }

  lineAt(offset: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }

  /** Offset of the first `needle` at or after `from`, else `from`. */
  offsetOf(needle: string, from: number): number {
    const at = this.text.indexOf(needle, from);
    return at === -1 ? from : at;
  }

  /** Line of the first `needle` at or after `from`, else the line of `from`. */
  lineOf(needle: string, from: number): number {
    return this.lineAt(this.offsetOf(needle, from));
  }
}
