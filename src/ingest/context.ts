import type { Limits } from '../limits.js';
import type { ProblemLog } from './problem-log.js';
import type { TempDir } from './temp-dir.js';
import type { Unpacked } from './unpacked.js';

/** What all readers of one run share. */
export interface Context {
  readonly limits: Limits;
  readonly temp: TempDir;
  readonly problems: ProblemLog;
  /** Called per piece read and per entry: reports progress, and throws when the run was cancelled. */
  readonly tick: (bytes: number, entries: number) => void;
  /** Called with each plain file of an archive as soon as it is unpacked. */
  readonly onUnpacked?: (file: Unpacked) => void;
}
