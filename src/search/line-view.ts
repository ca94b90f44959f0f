/** One line while it is tested: its forms are made when a test asks for them. */
import { isAscii } from 'node:buffer';
import { foldCase } from '../index-store/classes.js';

/** What tests know of the file. */
export interface FileView {
  readonly node: string;
  readonly path: string;
  readonly pod: string | null;
}

export class LineView {
  private decoded: string | null = null;
  private lower: string | null = null;

  constructor(
    private readonly bytes: Buffer,
    private readonly start: number,
    private readonly end: number,
    readonly file: FileView,
  ) {}

  static of(text: string, file: FileView): LineView {
    const bytes = Buffer.from(text, 'utf8');
    return new LineView(bytes, 0, bytes.length, file);
  }

  /** Whether a match of `finder` may lie in the line. */
  mayMatch(finder: { find(text: Buffer, from: number, to: number): number }): boolean {
    return finder.find(this.bytes, this.start, this.end) >= 0;
  }

  get isAscii(): boolean {
    return isAscii(this.bytes.subarray(this.start, this.end));
  }

  get text(): string {
    return (this.decoded ??= this.bytes.toString('utf8', this.start, this.end));
  }

  get folded(): string {
    return (this.lower ??= foldCase(this.text));
  }
}
