/** What was searched, and what was not: part of every answer. */
import type { SearchIndex } from '../index-store/search-index.js';

export interface Coverage {
  readonly nodes: readonly string[];
  readonly files: number;
  readonly lines: number;
  readonly bytes: number;
  /** Files that are no text or could not be read. */
  readonly skipped: readonly { readonly node: string; readonly file: string; readonly reason: string }[];
  /** Files with too many patterns: lines that stand under a pattern of their first words only. They are found all the same. */
  readonly collapsed: readonly { readonly node: string; readonly file: string; readonly lines: number }[];
  /** Files that name too many things for all of them to be kept: times that others were named. Their lines are found all the same. */
  readonly names_left_out: readonly {
    readonly node: string;
    readonly file: string;
    readonly times: number;
  }[];
  /** Lines of which only the beginning was searched. */
  readonly cut_lines: readonly { readonly node: string; readonly file: string; readonly lines: number }[];
  readonly problems: readonly { readonly code: string; readonly subject: string; readonly message: string }[];
}

export function coverageOf(index: SearchIndex): Coverage {
  const files = index.files.map(({ index: file }) => file);
  const sum = (of: (file: (typeof files)[number]) => number): number =>
    files.reduce((n, file) => n + of(file), 0);
  return {
    nodes: index.nodes,
    files: files.length,
    lines: sum(({ lines }) => lines),
    bytes: sum(({ bytes }) => bytes),
    skipped: index.skipped.map(({ node, path, reason }) => ({ node, file: path, reason })),
    collapsed: files
      .filter(({ collapsed }) => collapsed > 0)
      .map(({ node, path, collapsed }) => ({ node, file: path, lines: collapsed })),
    names_left_out: files
      .filter(({ moreNames }) => moreNames > 0)
      .map(({ node, path, moreNames }) => ({ node, file: path, times: moreNames })),
    cut_lines: files
      .filter(({ longLines }) => longLines > 0)
      .map(({ node, path, longLines }) => ({ node, file: path, lines: longLines })),
    problems: index.problems
      .filter(({ note }) => note !== true)
      .map(({ code, subject, message }) => ({ code, subject, message })),
  };
}
