import type { Notes } from './notes.js';
import { NO, RESYNC_LIMIT, WAIT, YES, type Answer } from './record-reader.js';
import type { ByteWindow } from './window.js';

/** Search for the next record after damage, across as many refills of the window as it takes. */
export class Resync {
  active = false;
  private from = 0;
  private cut = false;

  constructor(
    private readonly notes: Notes,
    private readonly beginsAt: (w: ByteWindow, o: number, eof: boolean) => Answer,
  ) {}

  /**
   * Begins the search one byte after the record that makes no sense.
   * @param cut it may as well be the last record of a file that was cut: no damage if nothing is found
   */
  begin(w: ByteWindow, cut: boolean): void {
    this.active = true;
    this.cut = cut;
    this.from = w.position;
    w.start++;
  }

  /** YES: the window is at a record again. WAIT: call again with more bytes. NO: given up. */
  search(w: ByteWindow, eof: boolean): Answer {
    const limit = this.from + RESYNC_LIMIT - w.base;
    let o = w.start;
    for (; o < w.end && o < limit; o++) {
      const answer = this.beginsAt(w, o, eof);
      if (answer === NO) continue;
      w.start = o;
      if (answer === YES) {
        this.active = false;
        this.notes.resynchronised(w.position - this.from);
      }
      return answer;
    }
    w.start = o;
    if (o < limit && !eof) return WAIT;
    const passed = w.base + w.end - this.from;
    if (this.cut) this.notes.cut(passed);
    else this.notes.gaveUp(this.from, o < limit ? passed : RESYNC_LIMIT);
    return NO;
  }
}
