/** The text of a pattern: what is fixed in its lines, and one mark for each place where they vary. */
import { ANY_MARK, MARKS } from './marks.js';
import { Masker } from './masker.js';

const TIME =
  /^(?:\d{4}-\d\d-\d\d(?:[Tt]\d\d.*)?|\d\d:\d\d:\d\d.*|\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|m[\d.]+s|h\d+m[\d.]+s))$/;
const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}(?:[:/].*)?|[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){4,7})$/i;

function markOf(text: string): string {
  if (TIME.test(text)) return MARKS.time;
  if (ADDRESS.test(text)) return MARKS.address;
  return /^\d+(?:[.,:/-]\d+)*$/.test(text) ? MARKS.number : MARKS.id;
}

/**
 * Makes the template of the pattern that a line starts; the kinds of its marks are those of this line. `upTo` is where
 * the masker ended the pattern: no word and no span goes on there.
 */
export function templateOf(bytes: Buffer, start: number, end: number, upTo: number): string {
  let text = '';
  let at = start;
  const masker = new Masker(null, (from, to) => {
    text += keep(bytes, at, from) + markOf(bytes.toString('latin1', from, Math.min(to, from + 64)));
    at = to;
  });
  masker.scan(bytes, start, upTo);
  if (at < upTo) text += keep(bytes, at, upTo);
  return upTo < end ? text + MARKS.tail : text;
}

/** Private-use characters of the line itself must not look like marks. */
function keep(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('utf8', start, end).replace(ANY_MARK, '\ufffd');
}
