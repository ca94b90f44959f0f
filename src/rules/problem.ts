import { closest, distance } from 'fastest-levenshtein';
import { oneLine } from './text.js';

/** An error or warning about a rule file, at a place in it. Lines and columns count from 1. */
export interface RuleProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** `; did you mean "x"?` when a known name is near, else nothing. */
export function nearest(name: string, known: Iterable<string>): string {
  const names = [...known];
  if (names.length === 0 || name.length > 100) return '';
  const beginsAlike = names.filter((one) => name.length >= 3 && one.startsWith(name));
  if (beginsAlike.length > 0) return `; did you mean "${closest(name, beginsAlike)}"?`;
  const otherCase = names.find((one) => one.toLowerCase() === name.toLowerCase());
  if (otherCase !== undefined) return `; did you mean "${otherCase}"?`;
  const best = closest(name, names);
  return distance(name, best) <= Math.max(2, Math.floor(name.length / 2)) ? `; did you mean "${best}"?` : '';
}

/** What is near, and all that there is where that is short. */
export function nearestOf(name: string, known: readonly string[]): string {
  const all = known.length <= 20 ? ` (${known.join(', ')})` : '';
  return `${nearest(name, known)}${all}`;
}

/** A name from a file, quoted for a message. */
export function quoted(name: unknown): string {
  return `"${oneLine(String(name), 80)}"`;
}

/** `rules/x.yaml:3:5: unknown key "sevrity"`. */
export function formatProblem(problem: RuleProblem): string {
  return `${oneLine(problem.file)}:${problem.line}:${problem.column}: ${problem.message}`;
}

/** In order of file, line, column and text. */
export function sortProblems(problems: readonly RuleProblem[]): RuleProblem[] {
  return [...problems].sort(
    (a, b) =>
      compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.message, b.message),
  );
}

/** By code unit, whatever the locale. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
