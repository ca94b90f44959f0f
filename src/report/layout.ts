import pc from 'picocolors';
import stringWidth from 'string-width';
import { clean as safe, cut } from './unsafe.js';

/** How text is laid out: width in columns, colours or none. */
export interface TextOptions {
  readonly color: boolean;
  readonly width: number;
}

export type Paint = ReturnType<typeof pc.createColors>;

export function paint(o: TextOptions): Paint {
  return pc.createColors(o.color);
}

/** Characters of one text that a terminal gets; the JSON has the rest. */
const MAX_TEXT = 4000;

/** Text from a bundle, safe for a terminal: one line, no control characters, no direction overrides, not endless. */
export function clean(text: string): string {
  return safe(cut(text, MAX_TEXT));
}

/** Breaks at blanks so that no line is wider than `width`; words wider than that are cut at the width. */
export function wrap(text: string, width: number, indent = ''): string {
  const room = Math.max(20, width - stringWidth(indent));
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((w) => w !== '')) {
    let rest = word;
    if (line !== '' && isWider(`${line} ${rest}`, room)) {
      lines.push(line);
      line = '';
    }
    while (isWider(rest, room)) {
      const part = takeWidth(rest, room);
      lines.push(part);
      rest = rest.slice(part.length);
    }
    line = line === '' ? rest : `${line} ${rest}`;
  }
  if (line !== '') lines.push(line);
  return lines.map((l) => indent + l).join('\n');
}

/** Characters on one column: more are no writing, but a heap of accents. */
const MAX_PER_COLUMN = 8;

function isWider(text: string, width: number): boolean {
  return text.length > width * MAX_PER_COLUMN || stringWidth(text) > width;
}

function takeWidth(text: string, width: number): string {
  let length = 0;
  let columns = 0;
  for (const c of text) {
    columns += stringWidth(c);
    if (length > 0 && (columns > width || length + c.length > width * MAX_PER_COLUMN)) break;
    length += c.length;
  }
  return text.slice(0, length);
}

/** Cuts to a width with an ellipsis. */
export function fit(text: string, width: number): string {
  return isWider(text, width) ? `${takeWidth(text, Math.max(1, width - 1))}…` : text;
}

/** The end of a text that is wider, behind an ellipsis. */
export function fitEnd(text: string, width: number): string {
  const letters = [...text];
  let from = 0;
  let room = stringWidth(text) - width;
  if (room <= 0) return text;
  for (room += 1; room > 0 && from < letters.length; from++) room -= stringWidth(letters[from]!);
  return `…${letters.slice(from).join('')}`;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - stringWidth(text))) + text;
}

/** A titled section; nothing when it has no body. */
export function section(title: string, body: string, c: Paint): string {
  return body === '' ? '' : `${c.bold(title.toUpperCase())}\n${body}`;
}

/** `- text`, later lines under the first one. */
export function bullet(text: string, o: TextOptions, indent = '  '): string {
  const wrapped = wrap(text, o.width, `${indent}  `);
  return `${indent}- ${wrapped.slice(indent.length + 2)}`;
}

/** Wraps with the later lines indented further: `! F-001 …` and its rest under the first word. */
export function hanging(first: string, rest: string, text: string, width: number): string {
  return first + wrap(text, width, rest).slice(rest.length);
}
