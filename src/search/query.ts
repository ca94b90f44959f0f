/** A parsed query: tests joined by AND, OR and NOT, asked of patterns, of blocks and of lines. */
import type { FileName } from '../index-store/names.js';
import type { FileIndex } from '../index-store/types.js';
import type { BlockView } from './block-view.js';
import type { Leaf, PatternView } from './leaf.js';
import type { FileView, LineView } from './line-view.js';
import { MAYBE, NO, YES, type Tri } from './tri.js';

export type QueryNode =
  | { readonly kind: 'leaf'; readonly leaf: Leaf }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly QueryNode[] }
  | { readonly kind: 'not'; readonly part: QueryNode };

export class Query {
  /** See `Leaf.needs`. */
  readonly needs: readonly string[] | null;
  /** Some test takes letters beyond ASCII that fold to s or k for those. */
  readonly caseVariants: boolean;
  /** Finds lines that may pass by their bytes; null when nothing can. */
  readonly finder: NonNullable<Leaf['finder']> | null;
  /** Words to rank by, those under a NOT left out. */
  readonly words: readonly string[];

  constructor(private readonly root: QueryNode) {
    this.needs = needsOf(root);
    this.caseVariants = leavesOf(root).some(({ caseVariants }) => caseVariants === true);
    this.finder = root.kind === 'leaf' ? (root.leaf.finder ?? null) : null;
    this.words = [...new Set(wordsOf(root))];
  }

  /** Lines that may pass are found by their bytes: others are not tested. */
  get findsLines(): boolean {
    return this.needs !== null || this.finder !== null;
  }

  pattern(view: PatternView, file: FileView & Pick<FileIndex, 'path'>): Tri {
    return patternOf(this.root, view, file);
  }

  /** Whether a line of the block can pass. */
  block(block: BlockView): boolean {
    return blockOf(this.root, (leaf) => leaf.block(block));
  }

  /** Whether one of its lines can pass whose pattern ends in a tail. */
  tail(block: BlockView): boolean {
    return blockOf(this.root, (leaf) => leaf.block(block) && (leaf.tail?.(block) ?? true));
  }

  line(line: LineView): boolean {
    return lineOf(this.root, line);
  }

  /** See `Leaf.names`. */
  names(file: FileIndex): readonly FileName[] | null {
    return namesOf(this.root, file);
  }
}

function namesOf(node: QueryNode, file: FileIndex): readonly FileName[] | null {
  switch (node.kind) {
    case 'leaf':
      return node.leaf.names?.(file) ?? null;
    case 'not':
      return null;
    case 'and': {
      const known = node.parts.map((part) => namesOf(part, file)).filter((names) => names !== null);
      return known.sort((a, b) => linesOf(a) - linesOf(b))[0] ?? null;
    }
    case 'or': {
      const all = node.parts.map((part) => namesOf(part, file));
      return all.every((names) => names !== null) ? all.flat() : null;
    }
  }
}

const linesOf = (names: readonly FileName[]): number => names.reduce((sum, { count }) => sum + count, 0);

function patternOf(node: QueryNode, view: PatternView, file: FileView): Tri {
  switch (node.kind) {
    case 'leaf':
      return node.leaf.pattern(view, file);
    case 'not':
      return (YES - patternOf(node.part, view, file)) as Tri;
    case 'and': {
      let least: Tri = YES;
      for (const part of node.parts) {
        const tri = patternOf(part, view, file);
        if (tri === NO) return NO;
        if (tri === MAYBE) least = MAYBE;
      }
      return least;
    }
    case 'or': {
      let most: Tri = NO;
      for (const part of node.parts) {
        const tri = patternOf(part, view, file);
        if (tri === YES) return YES;
        if (tri === MAYBE) most = MAYBE;
      }
      return most;
    }
  }
}

function blockOf(node: QueryNode, test: (leaf: Leaf) => boolean): boolean {
  switch (node.kind) {
    case 'leaf':
      return test(node.leaf);
    case 'not':
      return true;
    case 'and':
      return node.parts.every((part) => blockOf(part, test));
    case 'or':
      return node.parts.some((part) => blockOf(part, test));
  }
}

function lineOf(node: QueryNode, line: LineView): boolean {
  switch (node.kind) {
    case 'leaf':
      return node.leaf.line(line);
    case 'not':
      return !lineOf(node.part, line);
    case 'and':
      return node.parts.every((part) => lineOf(part, line));
    case 'or':
      return node.parts.some((part) => lineOf(part, line));
  }
}

const MAX_NEEDS = 32;

function needsOf(node: QueryNode): readonly string[] | null {
  switch (node.kind) {
    case 'leaf':
      return node.leaf.needs;
    case 'not':
      return null;
    case 'and': {
      const known = node.parts.map(needsOf).filter((needs) => needs !== null);
      return known.sort((a, b) => shortest(b) - shortest(a))[0] ?? null;
    }
    case 'or': {
      const all: string[] = [];
      for (const part of node.parts) {
        const needs = needsOf(part);
        if (needs === null || all.length + needs.length > MAX_NEEDS) return null;
        all.push(...needs);
      }
      return all;
    }
  }
}

const shortest = (needs: readonly string[]): number => Math.min(...needs.map((text) => text.length));

function leavesOf(node: QueryNode): Leaf[] {
  if (node.kind === 'leaf') return [node.leaf];
  return node.kind === 'not' ? leavesOf(node.part) : node.parts.flatMap(leavesOf);
}

function wordsOf(node: QueryNode): readonly string[] {
  if (node.kind === 'leaf') return node.leaf.words;
  return node.kind === 'not' ? [] : node.parts.flatMap(wordsOf);
}
