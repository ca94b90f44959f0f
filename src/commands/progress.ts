import { constants } from 'node:os';
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

/** A rate is told once there is something to measure it by. */
const RATE_AFTER_SECONDS = 1;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * One line on standard error that tells the stage, how far it is, how fast and how long still; only on a terminal, gone
 * at the end, also where a signal makes the end.
 */
export function progressDisplay(quiet: boolean): ProgressDisplay {
  if (quiet || process.stderr.isTTY !== true) return { show: undefined, clear: () => undefined };
  const started = Date.now();
  let stage: { name: Progress['stage']; since: number } | null = null;
  let last = 0;
  let shown = false;
  const show = (p: Progress): void => {
    const now = Date.now();
    if (stage?.name !== p.stage) stage = { name: p.stage, since: now };
    if (now - started < PATIENCE_MS || now - last < REFRESH_MS) return;
    last = now;
    shown = true;
    const width = (process.stderr.columns ?? 80) - 1;
    const text = progressLine(p, (now - started) / 1000, (now - stage.since) / 1000);
    process.stderr.write(`\r\u001b[2K${text.slice(0, width)}`);
  };
  const clear = (): void => {
    if (shown) process.stderr.write('\r\u001b[2K');
    shown = false;
    process.off('exit', clear);
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
  // Where another listener waits for the same signal, it makes the end.
  const onSignal = (signal: NodeJS.Signals): void => {
    clear();
    if (process.listenerCount(signal) > 0) return;
    if (signal === 'SIGINT') process.exit(128 + constants.signals.SIGINT);
    process.kill(process.pid, signal);
  };
  process.on('exit', clear);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return { show, clear };
}

/** `searching logs 120 of 480 MiB, 60 MiB/s, 6 s left var_log/messages (3 s)` */
export function progressLine(p: Progress, seconds: number, stageSeconds: number): string {
  const parts = [STAGE[p.stage], amount(p, stageSeconds)];
  // Names come from strangers' archives: letters, digits and plain punctuation only.
  parts.push(p.subject.replace(/[^\w.:/#@+-]/g, '?'), `(${seconds.toFixed(0)} s)`);
  return parts.filter((s) => s !== '').join(' ');
}

function amount(p: Progress, seconds: number): string {
  const bytes = p.unit === 'bytes';
  if (!bytes && p.total === null) return '';
  const show = bytes ? mebibytes : String;
  const of = p.total === null ? '' : ` of ${show(p.total)}`;
  const parts = [`${show(p.done)}${of}${bytes ? ' MiB' : ''}`];
  if (seconds >= RATE_AFTER_SECONDS && p.done > 0) {
    if (bytes) parts.push(`${mebibytes(p.done / seconds)} MiB/s`);
    if (p.total !== null && p.total > p.done)
      parts.push(`${Math.ceil(((p.total - p.done) / p.done) * seconds)} s left`);
  }
  return parts.join(', ');
}

function mebibytes(n: number): string {
  return (n / 1024 / 1024).toFixed(0);
}
