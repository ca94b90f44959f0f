/** Tests of the file, and of what a pod wrote or is named in. */
import { foldCase } from '../index-store/classes.js';
import type { BlockView } from './block-view.js';
import type { Leaf, PatternView } from './leaf.js';
import type { FileView, LineView } from './line-view.js';
import { MAYBE, NO, YES, type Tri } from './tri.js';
import { findWord, WordLeaf } from './word-leaf.js';

/** A test of the file alone: `file:`, `node:`. */
export class FileLeaf implements Leaf {
  readonly needs = null;
  readonly words: readonly string[] = [];
  private readonly parts: readonly string[];

  /** The value is found anywhere in the name, letter case aside; `*` stands for anything between two parts of it. */
  constructor(
    private readonly name: (file: FileView) => string,
    value: string,
  ) {
    this.parts = foldCase(value).split(/\*+/);
  }

  pattern(_: PatternView, file: FileView): Tri {
    return this.fits(file) ? YES : NO;
  }

  block(): boolean {
    return true;
  }

  line(line: LineView): boolean {
    return this.fits(line.file);
  }

  private fits(file: FileView): boolean {
    const name = foldCase(this.name(file));
    let from = 0;
    for (const part of this.parts) {
      const at = name.indexOf(part, from);
      if (at < 0) return false;
      from = at + part.length;
    }
    return true;
  }
}

/** `pod:cart-0`, `pod:shop/cart-0`: lines that name the pod, and the pod's own logs. */
export class PodLeaf implements Leaf {
  readonly needs = null;
  readonly words: readonly string[];
  private readonly namespace: string | null;
  private readonly name: string;
  private readonly word: WordLeaf;

  constructor(value: string) {
    const folded = foldCase(value);
    const slash = folded.indexOf('/');
    this.namespace = slash < 0 ? null : folded.slice(0, slash);
    this.name = folded.slice(slash + 1);
    this.word = new WordLeaf(this.name);
    this.words = [this.name];
  }

  pattern(view: PatternView, file: FileView): Tri {
    if (this.isOwnLog(file)) return YES;
    return this.word.pattern(view) === NO ? NO : MAYBE;
  }

  block(block: BlockView): boolean {
    return this.isOwnLog(block.file) || this.word.block(block);
  }

  tail(block: BlockView): boolean {
    return this.isOwnLog(block.file) || this.word.tail(block);
  }

  line(line: LineView): boolean {
    if (this.isOwnLog(line.file)) return true;
    const text = line.folded;
    if (this.namespace !== null && findWord(text, this.namespace, 0) < 0) return false;
    for (let at = findWord(text, this.name, 0); at >= 0; at = findWord(text, this.name, at + 1)) {
      // Names of pods go on over dashes: `cart-0` is not in `cart-0-canary`.
      if (text[at - 1] !== '-' && text[at + this.name.length] !== '-') return true;
    }
    return false;
  }

  private isOwnLog({ pod }: FileView): boolean {
    if (pod === null) return false;
    const [namespace, name] = foldCase(pod).split('/');
    return name === this.name && (this.namespace === null || namespace === this.namespace);
  }
}
