/** Bytes asked for per read. */
export const READ_CHUNK = 1024 * 1024;
/** Bytes before the current position that stay available (for the comparison with an earlier frame). */
export const HISTORY = 256 * 1024;

/**
 * A sliding view of a byte stream: unread bytes are `buf[start, end)`. It grows only when one record needs it
 * and only after its bytes really came, so a length field alone cannot make it allocate.
 */
export class ByteWindow {
  buf: Uint8Array<ArrayBuffer> = new Uint8Array(2 * READ_CHUNK + HISTORY);
  /** The same bytes as `buf`. */
  view = new DataView(this.buf.buffer);
  start = 0;
  end = 0;
  /** Offset in the stream of `buf[0]`. */
  base = 0;

  /** Offset in the stream of the next unread byte. */
  get position(): number {
    return this.base + this.start;
  }

  /** Makes `bytes` writable after `end`. */
  makeRoom(bytes: number): void {
    if (this.buf.length - this.end >= bytes) return;
    const from = Math.max(0, this.start - HISTORY);
    const kept = this.end - from;
    let target = this.buf;
    let size = this.buf.length;
    while (size - kept < bytes) size *= 2;
    if (size !== this.buf.length) {
      target = new Uint8Array(size);
      this.view = new DataView(target.buffer);
    }
    target.set(this.buf.subarray(from, this.end));
    this.buf = target;
    this.base += from;
    this.start -= from;
    this.end = kept;
  }

  append(chunk: Uint8Array): void {
    this.makeRoom(chunk.length);
    this.buf.set(chunk, this.end);
    this.end += chunk.length;
  }
}
