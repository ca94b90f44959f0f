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
  // Left-out letters are likelier than others in their place: `ge` is `gte` rather than `ne`.
  const longer = names.filter((one) => distance(name, one) === one.length - name.length);
  const best = closest(name, longer.length > 0 && name.length > 1 ? [...longer, ...names] : names);
  return distance(name, best) <= Math.max(2, Math.floor(name.length / 2)) ? `; did you mean "${best}"?` : '';
}

/** Like `nearest`; where no name is near, those there are (at most twenty). */
export function nearestOrAll(name: string, known: Iterable<string>): string {
  const names = [...known];
  const near = nearest(name, names);
  if (near !== '' || names.length === 0) return near;
  return ` (${names.slice(0, 20).join(', ')}${names.length > 20 ? ', ...' : ''})`;
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
