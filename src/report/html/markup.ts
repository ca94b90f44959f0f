import { clean, cut } from '../unsafe.js';
import { spans } from '../spans.js';

/** Text that is markup already. Only `html` and `trusted` make it: everything else is escaped. */
export class Markup {
  constructor(readonly text: string) {}
}

export type Content = Markup | string | number | readonly Content[];

/** A template whose values are text unless they are `Markup`: nothing from a document can become a tag. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(parts.map((part, i) => (i === 0 ? part : render(values[i - 1]!) + part)).join(''));
}

function render(value: Content): string {
  if (value instanceof Markup) return value.text;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escape(value);
  return value.map(render).join('');
}

/** The one place where text becomes part of the page. */
export function escape(text: string): string {
  return clean(text).replace(/[&<>"'`]/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** Our own style sheet and script, as they are. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

export const NOTHING = new Markup('');

/** A sentence with `code` between backticks, at most `max` characters. */
export function sentence(text: string, max = 4000): Content {
  return spans(cut(text, max)).map((s) => (s.code ? html`<code>${s.text}</code>` : kept(s.text)));
}

/** Ids of instances and other resources, which must not be broken at their dash. */
const ID = /\b([a-z]{1,12}-[0-9a-f]{8,17})\b/;

/** Text whose ids stay on one line. */
export function kept(text: string): Content {
  return text.split(ID).map((part, i) => (i % 2 === 1 ? html`<span class="keep">${part}</span>` : part));
}

/** Items up to a bound; what is left out is said. */
export function bounded<T>(
  items: readonly T[],
  max: number,
  one: (item: T, i: number) => Content,
): readonly Content[] {
  return items.slice(0, max).map(one);
}

/** `… and 12 more in the JSON report`, or nothing. */
export function leftOut(total: number, shown: number, what = 'more'): Markup {
  return total <= shown
    ? NOTHING
    : html`<p class="left-out">… and ${total - shown} ${what} in the JSON report</p>`;
}
