const CR = 0x0d;
const LF = 0x0a;

/**
 * Lines of binary data that went through a terminal, which sends CR LF for each LF: the count of LF where each
 * has a CR before it, else 0. Of true binary data with more than a few LF that is as good as impossible.
 */
export function terminalLines(buf: Uint8Array, from: number, to: number): number {
  let lines = 0;
  for (let o = from; o < to; o++) {
    if (buf[o] !== LF) continue;
    if (o === from || buf[o - 1] !== CR) return 0;
    lines++;
  }
  return lines;
}

/** Takes the CR before each LF out again; that undoes the terminal exactly. */
export class TerminalFilter {
  private pending = false;

  /** The bytes `buf[from, to)` filtered. A CR at the end is held back until the next call. */
  apply(buf: Uint8Array, from: number, to: number): Uint8Array {
    const out = new Uint8Array(to - from + 1);
    let n = 0;
    for (let o = from; o < to; o++) {
      const byte = buf[o]!;
      if (this.pending && byte !== LF) out[n++] = CR;
      this.pending = byte === CR;
      if (!this.pending) out[n++] = byte;
    }
    return out.subarray(0, n);
  }

  /** What was held back. */
  end(): Uint8Array {
    return this.pending ? Uint8Array.of(CR) : new Uint8Array(0);
  }
}
