import { levelOf } from '../logs/decode/level.js';
import { decodeLine } from '../logs/record.js';
import type { LogLevel } from '../model/logs.js';
import type { Leaf, PatternView } from './leaf.js';
import type { LineView } from './line-view.js';
import { MAYBE, NO, YES, type Tri } from './tri.js';

/** `level:error`, `level:error,fatal`, `level:none`. */
export class LevelLeaf implements Leaf {
  readonly needs = null;
  readonly words: readonly string[] = [];

  constructor(private readonly levels: ReadonlySet<LogLevel>) {}

  /** The levels named, or null when one is unknown. */
  static parse(value: string): LevelLeaf | null {
    const levels = value.split(',').map((name) => (name === 'none' ? null : (levelOf(name) ?? undefined)));
    return levels.includes(undefined) ? null : new LevelLeaf(new Set(levels as LogLevel[]));
  }

  pattern({ pattern }: PatternView): Tri {
    if (pattern.level === undefined) return MAYBE;
    return this.levels.has(pattern.level) ? YES : NO;
  }

  block(): boolean {
    return true;
  }

  line(line: LineView): boolean {
    return this.levels.has(decodeLine(line.text).level);
  }
}
