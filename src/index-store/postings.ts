/**
 * Sorted line numbers as differences in LEB128, one byte for most. No difference is 0: a 0 says that the difference
 * before it comes again as many times as the number behind it tells.
 */
export class PostingsWriter {
  count = 0;
  private length = 0;
  private bytes = new Uint8Array(8);
  private last = 0;
  private delta = 0;
  /** Times that `delta` was met and not yet written. */
  private again = 0;

  /** `line`: above all before it. */
  add(line: number): void {
    const delta = line - this.last;
    this.last = line;
    this.count++;
    if (delta === this.delta) {
      this.again++;
      return;
    }
    this.flush();
    this.delta = delta;
    this.put(delta);
  }

  /** Bytes written so far. */
  get size(): number {
    return this.length;
  }

  /** All that was added. */
  written(): Uint8Array {
    this.flush();
    return this.bytes.subarray(0, this.length);
  }

  private flush(): void {
    const { delta } = this;
    if (this.again > (delta < 128 ? 2 : 1)) {
      this.put(0);
      this.put(this.again);
    } else for (; this.again > 0; this.again--) this.put(delta);
    this.again = 0;
  }

  private put(number: number): void {
    if (this.length + 8 > this.bytes.length) {
      const larger = new Uint8Array(this.bytes.length * 2);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    let rest = number;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.bytes[this.length++] = (rest & 127) | 128;
    this.bytes[this.length++] = rest;
  }
}

/** Calls `each` with every line number, in order. */
export function eachPosting(bytes: Uint8Array, each: (line: number) => void): void {
  const { length } = bytes;
  let line = 0;
  let delta = 0;
  for (let i = 0; i < length; i++) {
    const repeats = bytes[i] === 0;
    if (repeats) i++;
    let byte = bytes[i]!;
    let value = byte & 127;
    for (let scale = 128; byte >= 128 && ++i < length; scale *= 128) {
      byte = bytes[i]!;
      value += (byte & 127) * scale;
    }
    if (!repeats) {
      delta = value;
      value = 1;
    }
    for (; value > 0; value--) each((line += delta));
  }
}
