/** One line of a text file, without its line ending. */
export interface Line {
  readonly line: string;
  /** From 1. */
  readonly number: number;
  /** The line was longer than the limit; `line` is its beginning. */
  readonly cut: boolean;
}

const LF = 0x0a;
const CR = 0x0d;

/** Cuts a stream of UTF-8 pieces into lines of bounded length. Pieces may be reused by the caller afterwards. */
export class LineSplitter {
  #number = 0;
  /** The beginning of a line whose end has not come yet, at most `maxLength` bytes of it. */
  #open: Buffer[] = [];
  #openLength = 0;
  #openCut = false;
  #started = false;

  constructor(private readonly maxLength: number) {}

  /** The lines that end in `chunk`. `ascii`: the chunk has no byte above 127, which makes decoding cheaper. */
  push(chunk: Buffer, ascii: boolean): Line[] {
    const lines: Line[] = [];
    let at = 0;
    if (this.#started) {
      const end = chunk.indexOf(LF);
      if (end === -1) {
        this.#hold(chunk, 0, chunk.length);
        return lines;
      }
      this.#hold(chunk, 0, end);
      lines.push(this.finish()!);
      at = end + 1;
    }
    for (let end = chunk.indexOf(LF, at); end !== -1; end = chunk.indexOf(LF, at)) {
      lines.push(this.#line(chunk, at, end, ascii, false));
      at = end + 1;
    }
    if (at < chunk.length) this.#hold(chunk, at, chunk.length);
    return lines;
  }

  /** The last line when the file does not end with a line feed, else null. */
  finish(): Line | null {
    if (!this.#started) return null;
    const whole = Buffer.concat(this.#open);
    const line = this.#line(whole, 0, whole.length, false, this.#openCut);
    this.#open = [];
    this.#openLength = 0;
    this.#openCut = false;
    this.#started = false;
    return line;
  }

  #hold(chunk: Buffer, start: number, end: number): void {
    this.#started = true;
    // One byte more than the limit is kept: it may be the CR of the line ending.
    const room = this.maxLength + 1 - this.#openLength;
    const take = Math.min(room, end - start);
    if (take < end - start) this.#openCut = true;
    if (take <= 0) return;
    this.#open.push(Buffer.from(chunk.subarray(start, start + take)));
    this.#openLength += take;
  }

  #line(bytes: Buffer, start: number, end: number, ascii: boolean, alreadyCut: boolean): Line {
    this.#number += 1;
    let stop = !alreadyCut && end > start && bytes[end - 1] === CR ? end - 1 : end;
    const cut = alreadyCut || stop - start > this.maxLength;
    if (stop - start > this.maxLength) stop = wholeCharacter(bytes, start, start + this.maxLength);
    return { line: bytes.toString(ascii ? 'latin1' : 'utf8', start, stop), number: this.#number, cut };
  }
}

/** Move `end` back so that it does not divide a UTF-8 sequence. */
function wholeCharacter(bytes: Buffer, start: number, end: number): number {
  for (let back = 0; back < 4 && end - back > start; back++) {
    if ((bytes[end - back]! & 0xc0) !== 0x80) return end - back;
  }
  return end;
}
