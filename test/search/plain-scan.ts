/** What a search must find, told the simple way: every line is tested, and nothing is shared with the index. */
import { RE2JS } from 're2js';

export interface Found {
  readonly file: string;
  readonly line: number;
}

/** Lines as people count them: a line end ends a line, and CR before it is no part of it. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => line.replace(/\r$/, ''));
}

export function plainScan(texts: Readonly<Record<string, string>>, test: (line: string) => boolean): Found[] {
  return Object.entries(texts).flatMap(([file, text]) =>
    linesOf(text).flatMap((line, i) => (test(line) ? [{ file, line: i + 1 }] : [])),
  );
}

export function regexTest(source: string, ignoreCase = false): (line: string) => boolean {
  const expression = RE2JS.compile(source, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  return (line) => expression.test(line);
}

/** An IPv4 address that stands for itself, in decimals without zeros before them, within a block of them. */
export function cidrTest(address: readonly number[], bits: number): (line: string) => boolean {
  const number = (octets: readonly number[]): number => octets.reduce((sum, octet) => sum * 256 + octet, 0);
  const size = 2 ** (32 - bits);
  const block = Math.floor(number(address) / size);
  return (line) =>
    [
      ...line.matchAll(
        /(?<![0-9A-Za-z_\u0080-\uffff]|\d\.)\d{1,3}(?:\.\d{1,3}){3}(?![0-9A-Za-z_\u0080-\uffff]|\.\d)/g,
      ),
    ].some(([quad]) => {
      const parts = quad.split('.');
      if (parts.some((part) => part !== String(Number(part)) || Number(part) > 255)) return false;
      return Math.floor(number(parts.map(Number)) / size) === block;
    });
}

const lower = (text: string): string => text.replace(/[A-Z]/g, (char) => char.toLowerCase());

/** A word with nothing of a word beside it, and no number that goes on over a point. */
export function wordTest(word: string): (line: string) => boolean {
  const wanted = lower(word);
  const isWord = (char: string | undefined): boolean =>
    char !== undefined && /[0-9A-Za-z_\u0080-\uffff]/.test(char);
  const isDigit = (char: string | undefined): boolean => char !== undefined && /[0-9]/.test(char);
  return (line) => {
    const text = lower(line);
    for (let at = 0; at + wanted.length <= text.length; at++) {
      if (text.slice(at, at + wanted.length) !== wanted) continue;
      const end = at + wanted.length;
      const [before, after] = [text[at - 1], text[end]];
      if (isWord(wanted[0]) && isWord(before)) continue;
      if (isWord(wanted.at(-1)) && isWord(after)) continue;
      if (isDigit(wanted[0]) && before === '.' && isDigit(text[at - 2])) continue;
      if (isDigit(wanted.at(-1)) && after === '.' && isDigit(text[end + 1])) continue;
      return true;
    }
    return false;
  };
}
