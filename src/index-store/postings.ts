/** Sorted line numbers as differences in LEB128, one byte for most. */
export class PostingsWriter {
  count = 0;
  length = 0;
  private bytes = new Uint8Array(8);
  private last = 0;

  add(line: number): void {
    let delta = line - this.last;
    if (this.length + 6 > this.bytes.length) {
      const larger = new Uint8Array(this.bytes.length * 2);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    while (delta >= 128) {
      this.bytes[this.length++] = (delta & 127) | 128;
      delta = Math.floor(delta / 128);
    }
    this.bytes[this.length++] = delta;
    this.last = line;
    this.count++;
  }

  written(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }
}

/** Calls `each` with every line number, in order. */
export function eachPosting(bytes: Uint8Array, each: (line: number) => void): void {
  const { length } = bytes;
  let line = 0;
  for (let i = 0; i < length; i++) {
    let byte = bytes[i]!;
    let value = byte & 127;
    for (let scale = 128; byte >= 128 && ++i < length; scale *= 128) {
      byte = bytes[i]!;
      value += (byte & 127) * scale;
    }
    line += value;
    each(line);
  }
}
