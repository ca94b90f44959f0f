import type { FactValue } from '../model/rule.js';
import { cut, oneLine } from './text.js';

/**
 * Messages of rules: `{{ name }}` prints the value of the first instance or record, `{{ name | all }}` the
 * distinct values of all of them. Within backticks, and in commands, only values that a shell takes literally
 * are printed; any other becomes `<name>`, so that what a stranger wrote into a log is never pasted and run.
 */
export interface TemplateField {
  readonly name: string;
  readonly all: boolean;
  /** True between backticks. */
  readonly code: boolean;
}

export interface Template {
  readonly parts: readonly (string | TemplateField)[];
  /** What is wrong with it, in words; empty when nothing is. */
  readonly errors: readonly string[];
}

/** Values by name; the first is the one printed without `all`. */
export type TemplateValues = ReadonlyMap<string, readonly FactValue[]>;

const FIELD = /^([a-z][a-z0-9_]*)(?:\s*\|\s*([a-z]+))?$/;
const SAFE_IN_SHELL = /^[A-Za-z0-9_][A-Za-z0-9_.:/@-]{0,252}$/;
const LISTED = 5;
const parsed = new Map<string, Template>();

export function parseTemplate(text: string): Template {
  let template = parsed.get(text);
  if (template === undefined) {
    template = parse(text);
    parsed.set(text, template);
  }
  return template;
}

function parse(text: string): Template {
  const parts: (string | TemplateField)[] = [];
  const errors: string[] = [];
  let code = false;
  let rest = text;
  while (rest !== '') {
    const open = rest.indexOf('{{');
    const literal = open < 0 ? rest : rest.slice(0, open);
    if (literal !== '') parts.push(literal);
    for (const character of literal) if (character === '`') code = !code;
    if (open < 0) break;
    const close = rest.indexOf('}}', open);
    if (close < 0) {
      errors.push('`{{` is not closed');
      break;
    }
    const inner = rest.slice(open + 2, close).trim();
    const match = FIELD.exec(inner);
    if (match === null) errors.push(`\`{{ ${oneLine(inner, 60)} }}\` is not a field name`);
    else if (match[2] !== undefined && match[2] !== 'all') {
      errors.push(`unknown filter \`${match[2]}\`; the only one is \`all\``);
    } else parts.push({ name: match[1]!, all: match[2] === 'all', code });
    rest = rest.slice(close + 2);
  }
  return { parts, errors };
}

/** Fills a template in. A value that is not known prints as `unknown` (`<name>` in code). */
export function render(text: string, values: TemplateValues, mode: 'text' | 'command' = 'text'): string {
  return parseTemplate(text)
    .parts.map((part) => {
      if (typeof part === 'string') return part;
      const found = values.get(part.name) ?? [];
      return mode === 'command' || part.code ? inShell(part, found) : inText(part, found);
    })
    .join('')
    .trim();
}

function inText(field: TemplateField, values: readonly FactValue[]): string {
  const texts = values.filter((value) => value !== null).map((value) => oneLine(String(value)));
  const known = texts.filter((value) => value !== '');
  if (known.length === 0) return 'unknown';
  if (!field.all) return known[0]!;
  const distinct = [...new Set(known)];
  const more = distinct.length - LISTED;
  return cut(distinct.slice(0, LISTED).join(', '), 600) + (more > 0 ? ` and ${more} more` : '');
}

function inShell(field: TemplateField, values: readonly FactValue[]): string {
  const texts = values.filter((value) => value !== null).map(String);
  const chosen = field.all ? [...new Set(texts)].slice(0, LISTED) : texts.slice(0, 1);
  const safe = chosen.every((value) => SAFE_IN_SHELL.test(value));
  return chosen.length > 0 && safe ? chosen.join(' ') : `<${field.name}>`;
}
