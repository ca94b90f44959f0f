import { subject, type Container } from './container.js';
import type { Context } from './context.js';
import { printable } from './printable.js';

const NAMED = 3;

/** Counts links and special files, which are never followed: one problem per container tells of all of them. */
export class LinkTally {
  #count = 0;
  readonly #named: string[] = [];

  add(path: string): void {
    this.#count += 1;
    if (this.#named.length < NAMED) this.#named.push(printable(path));
  }

  report(ctx: Context, container: Container): void {
    if (this.#count === 0) return;
    const names = this.#named.join(', ') + (this.#count > NAMED ? ', …' : '');
    const what = this.#count === 1 ? '1 link or special file was' : `${this.#count} links or special files were`;
    ctx.problems.add(subject(container), 'E_LINK_SKIPPED', subject(container), `${what} left out: ${names}.`, {
      note: true,
    });
  }
}
