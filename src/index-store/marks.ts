/** What stands in the text of a pattern where its lines vary. */

/** Private-use characters that stand for masked text. */
export const MARKS = {
  number: '\ue000',
  address: '\ue001',
  time: '\ue002',
  id: '\ue003',
  /** The rest of the line, of which nothing is known. Only at the end. */
  tail: '\ue004',
} as const;

const SHOWN: ReadonlyMap<string, string> = new Map([
  [MARKS.number, '<n>'],
  [MARKS.address, '<ip>'],
  [MARKS.time, '<time>'],
  [MARKS.id, '<id>'],
  [MARKS.tail, '…'],
]);
/** All marks, for `replace`. */
export const ANY_MARK = /[\ue000-\ue004]/g;

export function isMark(code: number): boolean {
  return code >= 0xe000 && code <= 0xe004;
}

/** Number of the marks that stand for masked text, the tail aside. */
export function marksIn(template: string): number {
  const all = template.match(ANY_MARK)?.length ?? 0;
  return template.endsWith(MARKS.tail) ? all - 1 : all;
}

/** The pattern for people: `assigned IP <ip> to sandbox <id>`. */
export function shownTemplate(template: string): string {
  return template.replace(ANY_MARK, (mark) => SHOWN.get(mark)!);
}
