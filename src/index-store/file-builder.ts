/** Builds the index of one file from its bytes, block by block, and stores the text. */
import { crc32 } from 'node:zlib';
import type { ClockProfile } from '../logs/clock.js';
import { BlockColumns } from './block-columns.js';
import { EntityTable } from './entities.js';
import { WordSet } from './filter.js';
import { LineClock } from './line-clock.js';
import { Masker } from './masker.js';
import { packNames } from './names.js';
import { PatternTable } from './pattern-table.js';
import { TailText } from './tail-text.js';
import type { TextPartWriter } from './text-part.js';
import { BLOCK_SIZE, MAX_LINE, type BuiltFile, type FileIndex, type IndexFile } from './types.js';

const NEWLINE = 10;
const RETURN = 13;

/** Room for the filters of a block: shares of its text. */
const FILTER_SHARE = 0.04;
const WORDS_SHARE = 0.025;
const TAIL_SHARE = 0.0125;

export class FileBuilder {
  readonly clock: LineClock;
  private lines = 0;
  private bytes = 0;
  private crc = 0;
  private longLines = 0;
  private longest = 0;
  private timedLines = 0;
  private first = NaN;
  private last = NaN;
  private buffer = Buffer.allocUnsafe(BLOCK_SIZE * 2);
  private length = 0;
  /** Start in `buffer` of the line that has no end yet. */
  private open = 0;
  /** The open line is beyond the limit. */
  private cutting = false;
  private readonly words = new WordSet();
  private readonly tails = new TailText();
  private readonly entities: EntityTable;
  private readonly patterns = new PatternTable();
  private readonly blocks = new BlockColumns();
  private readonly masker: Masker;

  constructor(
    private readonly task: IndexFile,
    private readonly text: TextPartWriter,
    private readonly profile: ClockProfile,
    private readonly yearless: boolean,
  ) {
    this.clock = new LineClock(profile, yearless);
    this.entities = new EntityTable(task.file.size);
    this.masker = new Masker(this.words, null, (start, end) =>
      this.entities.see(this.buffer, start, end, this.lines, this.clock.time),
    );
  }

  /** The bytes may be overwritten once this returns. */
  push(chunk: Buffer): void {
    this.crc = crc32(chunk, this.crc);
    this.bytes += chunk.length;
    for (let at = 0; at < chunk.length;) {
      const room = Math.max(1, BLOCK_SIZE - this.length);
      // Up to the block's size in one go, then line end by line end.
      let end = Math.min(chunk.length, at + room);
      if (this.length + (end - at) >= BLOCK_SIZE) {
        const newline = chunk.indexOf(NEWLINE, end - 1);
        end = newline < 0 ? chunk.length : newline + 1;
        this.keep(chunk, at, end);
        if (newline >= 0) this.finishBlock();
      } else this.keep(chunk, at, end);
      at = end;
    }
  }

  /** All bytes have come: the clock has seen every line after this. */
  end(): void {
    if (this.length > 0) this.finishBlock();
  }

  /** The index of the whole. */
  finish(part: number): Omit<BuiltFile, 'basis'> {
    const { file, node, source, pod } = this.task;
    const { patterns, postings } = this.patterns.finish();
    const { blocks, filters, tails } = this.blocks.finish();
    const names = packNames(this.entities.list());
    const index: FileIndex = {
      node,
      path: file.path,
      name: file.name,
      source,
      pod,
      lines: this.lines,
      bytes: this.bytes,
      crc: this.crc,
      longLines: this.longLines,
      longest: this.longest,
      truncated: file.truncated,
      profile: this.profile,
      yearless: this.yearless,
      timeNotes: [...this.clock.notes].sort(),
      timedLines: this.timedLines,
      first: Number.isNaN(this.first) ? null : this.first,
      last: Number.isNaN(this.last) ? null : this.last,
      collapsed: this.patterns.collapsed,
      moreNames: this.entities.leftOut,
      patterns,
      columns: { blocks, postings, filters, tails, pairs: this.tails.finish(), ...names },
      part,
    };
    return { file: index };
  }

  /** Bytes of a line beyond the limit are dropped. */
  private keep(chunk: Buffer, start: number, end: number): void {
    const newline = chunk.indexOf(NEWLINE, start);
    const lineEnd = newline < 0 || newline >= end ? end : newline;
    const over = Math.min(this.length - this.open + (lineEnd - start) - MAX_LINE, lineEnd - start);
    if (over > 0) {
      if (!this.cutting) this.longLines++;
      this.cutting = true;
      this.append(chunk, start, lineEnd - over);
      this.append(chunk, lineEnd, end);
    } else this.append(chunk, start, end);
    if (lineEnd === end) return;
    this.cutting = false;
    this.open = this.buffer.lastIndexOf(NEWLINE, this.length - 1) + 1;
  }

  private append(chunk: Buffer, start: number, end: number): void {
    if (end <= start) return;
    if (this.length + end - start > this.buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + end - start));
      this.buffer.copy(larger, 0, 0, this.length);
      this.buffer = larger;
    }
    chunk.copy(this.buffer, this.length, start, end);
    this.length += end - start;
  }

  private finishBlock(): void {
    const { buffer, length, clock, masker, words, patterns, tails } = this;
    const text = buffer.subarray(0, length);
    // What an earlier block left must not go on with the last line.
    if (length < buffer.length) buffer[length] = NEWLINE;
    patterns.grow(length);
    this.blocks.start(this.lines + 1, clock.state());
    for (let start = 0; start < length;) {
      let newline = text.indexOf(NEWLINE, start);
      if (newline < 0) newline = length;
      const end = newline > start && text[newline - 1] === RETURN ? newline - 1 : newline;
      if (newline - start > this.longest) this.longest = newline - start;
      const line = ++this.lines;
      clock.next(text, start, end);
      const { time } = clock;
      masker.scan(text, start, end);
      if (patterns.add(masker, text, start, end, line, time)) tails.see(text, start, end);
      this.blocks.seeTime(time);
      if (clock.own) this.seeTime(time);
      start = newline + 1;
    }
    const filter = words.filter(length * WORDS_SHARE);
    const room = Math.max(length * TAIL_SHARE, length * FILTER_SHARE - (filter?.bytes.length ?? 0));
    const tail = tails.end(length, room);
    this.blocks.end({ stored: this.text.add(text), size: length, words: filter, ...tail });
    words.clear();
    this.length = 0;
    this.open = 0;
    // A huge line must not keep its room for ever.
    if (buffer.length > BLOCK_SIZE * 8) this.buffer = Buffer.allocUnsafe(BLOCK_SIZE * 2);
  }

  private seeTime(time: number): void {
    this.timedLines++;
    if (!(this.first <= time)) this.first = time;
    if (!(this.last >= time)) this.last = time;
  }
}
