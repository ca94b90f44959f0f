/** Text of strangers inside GitHub-flavoured Markdown. */
import { spans } from './spans.js';
import { clean, cut } from './unsafe.js';

/** Characters of one text; the JSON has the rest. */
const MAX_TEXT = 4000;

const SPECIAL: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  // Mentions, references to issues and formulas are made of these.
  '@': '&#64;',
  $: '&#36;',
  '#': '&#35;',
};

/** Plain words: nothing in them is markup, a mention or a link. */
export function plain(text: string): string {
  return clean(cut(text, MAX_TEXT))
    .replace(/[&<>@$#]/g, (c) => SPECIAL[c]!)
    .replace(/[\\`*_{}[\]|~]/g, (c) => `\\${c}`)
    .replace(/:\/\//g, '&#58;//')
    .replace(/\bwww\./gi, (m) => `${m.slice(0, 3)}&#46;`);
}

/** Words with `code` between backticks. */
export function rich(text: string): string {
  return spans(cut(text, MAX_TEXT))
    .map((s) => (s.code ? code(s.text) : plain(s.text)))
    .join('');
}

/** A code span around any text; in a table cell `|` needs its escape even there. */
export function code(text: string): string {
  const body = clean(cut(text, MAX_TEXT)).replace(/\|/g, '\\|');
  const fence = '`'.repeat(longestRun(body) + 1);
  const pad = body.startsWith('`') || body.endsWith('`') || body === '' ? ' ' : '';
  return `${fence}${pad}${body}${pad}${fence}`;
}

/** A fenced block: the fence is longer than any run of backticks in it. */
export function block(lines: readonly string[], indent = ''): string {
  const body = lines.map(clean);
  const fence = '`'.repeat(Math.max(3, ...body.map((l) => longestRun(l) + 1)));
  return [`${fence}text`, ...body, fence].map((l) => `${indent}${l}`).join('\n');
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}
