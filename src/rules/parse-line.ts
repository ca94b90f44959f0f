import type { LogLevel, LogSource } from '../model/logs.js';

/** One line as the records of rules' test cases need it. */
export interface ParsedLine {
  /** Milliseconds since the epoch, or null. */
  readonly time: number | null;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, string>>;
}

export type ParseLine = (source: LogSource, line: string, collectedAt: number | null) => ParsedLine;

const CRI = /^(\d{4}-\d\d-\d\dT\S+) std(?:out|err) [FP] (.*)$/;
const JOURNAL = /^([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?) \S+ [^\s:]+: (.*)$/;
const KERNEL = /^\[([A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})\] (.*)$/;
const UPTIME = /^\[ *\d+\.\d+\] (.*)$/;
const KLOG = /^([IWEF])\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ [^\s\]]+\] (.*)$/;
const LOGRUS = /^time="([^"]+)" level=(\w+) msg="((?:[^"\\]|\\.)*)"(.*)$/;
const COREDNS = /^\[(INFO|WARNING|ERROR|FATAL|DEBUG)\] /;
const LEVELS: Readonly<Record<string, LogLevel>> = {
  I: 'info',
  W: 'warn',
  E: 'error',
  F: 'fatal',
  warning: 'warn',
  critical: 'fatal',
  dpanic: 'fatal',
  panic: 'fatal',
};

/**
 * A small reader of the commonest line forms, for rules' test cases: zap JSON, container runtime, journal and syslog
 * around klog or logrus, kernel lines with a date. The readers of `src/logs` know many more.
 */
export const parseLine: ParseLine = (_source, line, collectedAt) => {
  const outer = peel(line, collectedAt);
  const inner = body(outer.rest);
  return { time: inner.time ?? outer.time, level: inner.level, message: inner.message, fields: {} };
};

function peel(line: string, collectedAt: number | null): { time: number | null; rest: string } {
  const cri = CRI.exec(line);
  if (cri !== null) return { time: timeOf(cri[1]!), rest: cri[2]! };
  const kernel = KERNEL.exec(line);
  if (kernel !== null) return { time: timeOf(`${kernel[1]!} UTC`), rest: kernel[2]! };
  const uptime = UPTIME.exec(line);
  if (uptime !== null) return { time: null, rest: uptime[1]! };
  const journal = JOURNAL.exec(line);
  if (journal === null) return { time: null, rest: line };
  const rest = journal[2]!.replace(/^\[ *\d+\.\d+\] /, '');
  if (collectedAt === null) return { time: null, rest };
  const year = new Date(collectedAt).getUTCFullYear();
  const time = timeOf(`${journal[1]!} ${year} UTC`);
  const future = time !== null && time > collectedAt + 86_400_000;
  return { time: future ? timeOf(`${journal[1]!} ${year - 1} UTC`) : time, rest };
}

function body(text: string): { time: number | null; level: LogLevel; message: string } {
  if (text.startsWith('{')) {
    try {
      return zap(JSON.parse(text) as Record<string, unknown>);
    } catch {
      return { time: null, level: null, message: text };
    }
  }
  const klog = KLOG.exec(text);
  if (klog !== null) return { time: null, level: levelOf(klog[1]!), message: klog[2]! };
  const logrus = LOGRUS.exec(text);
  if (logrus !== null) {
    const rest = logrus[4]!.trim();
    const message =
      logrus[3]!.replaceAll('\\"', '"') + (rest === '' ? '' : `\t${rest.replaceAll('\\"', '"')}`);
    return { time: timeOf(logrus[1]!), level: levelOf(logrus[2]!), message };
  }
  const coredns = COREDNS.exec(text);
  return { time: null, level: coredns === null ? null : levelOf(coredns[1]!.toLowerCase()), message: text };
}

function zap(record: Record<string, unknown>): { time: number | null; level: LogLevel; message: string } {
  const { level, ts, timestamp, msg } = record;
  const rest = Object.entries(record)
    .filter(([key]) => !['level', 'ts', 'timestamp', 'msg', 'caller', 'logger', 'stacktrace'].includes(key))
    .map(([key, value]) => `\t${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return {
    time: timeOf(String(ts ?? timestamp)),
    level: levelOf(String(level)),
    message: String(msg) + rest.join(''),
  };
}

function levelOf(name: string): LogLevel {
  if (Object.hasOwn(LEVELS, name)) return LEVELS[name]!;
  return ['trace', 'debug', 'info', 'warn', 'error', 'fatal'].includes(name) ? (name as LogLevel) : null;
}

function timeOf(text: string): number | null {
  const time = Date.parse(text.replace(/(\.\d{3})\d+/, '$1'));
  return Number.isNaN(time) ? null : time;
}
