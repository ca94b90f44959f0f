import type { Progress } from '../phases.js';

export interface ProgressDisplay {
  /** Null where nobody watches. */
  readonly show: ((p: Progress) => void) | undefined;
  clear(): void;
}

const STAGE: Record<Progress['stage'], string> = {
  ingest: 'reading',
  nodes: 'parsing',
  logs: 'searching logs',
  captures: 'reading captures',
  align: 'aligning captures',
  rules: 'applying rules',
};

/** Nothing is shown for what takes less than a second. */
const PATIENCE_MS = 1000;
const REFRESH_MS = 100;

/** One line on standard error that tells the stage and how far it is; only on a terminal, gone at the end. */
export function progressDisplay(quiet: boolean): ProgressDisplay {
  if (quiet || process.stderr.isTTY !== true) return { show: undefined, clear: () => undefined };
  const started = Date.now();
  let last = 0;
  let shown = false;
  const show = (p: Progress): void => {
    const now = Date.now();
    if (now - started < PATIENCE_MS || now - last < REFRESH_MS) return;
    last = now;
    shown = true;
    const width = (process.stderr.columns ?? 80) - 1;
    process.stderr.write(`\r\u001b[2K${line(p, (now - started) / 1000).slice(0, width)}`);
  };
  const clear = (): void => {
    if (shown) process.stderr.write('\r\u001b[2K');
    shown = false;
    process.off('exit', clear);
  };
  // Ctrl-C ends the process elsewhere: the line must not stay behind.
  process.on('exit', clear);
  return { show, clear };
}

function line(p: Progress, seconds: number): string {
  const amount =
    p.unit === 'bytes'
      ? `${mebibytes(p.done)}${p.total === null ? '' : ` of ${mebibytes(p.total)}`} MiB`
      : p.total === null
        ? ''
        : `${p.done} of ${p.total}`;
  // Names come from strangers' archives: letters, digits and plain punctuation only.
  const subject = p.subject.replace(/[^\w.:/#@+-]/g, '?');
  return `${STAGE[p.stage]} ${amount} ${subject} (${seconds.toFixed(0)} s)`;
}

function mebibytes(n: number): string {
  return (n / 1024 / 1024).toFixed(0);
}
