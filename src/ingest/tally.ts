import type { ErrorCode } from '../errors.js';
import { subject, type Container } from './container.js';
import type { Context } from './context.js';
import { printable } from './printable.js';

const NAMED = 3;

/** Counts files of a container that were left out for one harmless reason: one note tells of all of them. */
export class Tally {
  #count = 0;
  readonly #named: string[] = [];

  add(path: string): void {
    this.#count += 1;
    if (this.#named.length < NAMED) this.#named.push(printable(path));
  }

  report(ctx: Context, container: Container, code: ErrorCode, one: string, many: string): void {
    if (this.#count === 0) return;
    const what = this.#count === 1 ? `1 ${one}` : `${this.#count} ${many}`;
    const names = this.#named.join(', ') + (this.#count > NAMED ? ', …' : '');
    const about = subject(container);
    ctx.problems.add(about, code, about, `${what}: ${names}.`, { note: true });
  }
}

/** Links and special files, which are never followed. */
export class LinkTally extends Tally {
  reportLinks(ctx: Context, container: Container): void {
    this.report(
      ctx,
      container,
      'E_LINK_SKIPPED',
      'link or special file was left out',
      'links or special files were left out',
    );
  }
}
