import { ERRORS, type ErrorCode } from '../errors.js';
import type { Problem } from '../model/source.js';

/** Problems of one code that are listed one by one; more are counted. */
const LISTED = 50;

export interface ProblemDetail {
  /** What to do, when the table's next step does not fit. */
  readonly hint?: string;
  /** Nothing of value is lost by it. */
  readonly note?: boolean;
}

/** Collects the problems of a run in the order they are met, and keeps a flood from one input readable. */
export class ProblemLog {
  readonly #groups = new Map<string, { readonly first: Problem; readonly listed: Problem[]; more: number }>();

  /** `input` is the input it belongs to (for grouping), `subject` the thing itself; both fit for printing. */
  add(input: string, code: ErrorCode, subject: string, message: string, detail: ProblemDetail = {}): void {
    const entry: Problem = {
      code,
      subject,
      message,
      hint: detail.hint ?? ERRORS[code],
      ...(detail.note === true ? { note: true } : {}),
    };
    const key = JSON.stringify([input, code, detail.note === true]);
    const group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, { first: entry, listed: [entry], more: 0 });
    else if (group.listed.length < LISTED) group.listed.push(entry);
    else group.more += 1;
  }

  /** True when something was said about exactly this subject. */
  isAbout(subject: string): boolean {
    for (const group of this.#groups.values())
      if (group.listed.some((p) => p.subject === subject)) return true;
    return false;
  }

  list(): Problem[] {
    const all: Problem[] = [];
    for (const [key, group] of this.#groups) {
      all.push(...group.listed);
      if (group.more === 0) continue;
      const [input] = JSON.parse(key) as [string];
      all.push({ ...group.first, subject: input, message: `And ${group.more} more of this kind.` });
    }
    return all;
  }
}
