import { InvalidArgumentError, Option, type Command } from 'commander';
import ipaddr from 'ipaddr.js';
import type { Question } from '../facts/types.js';
import { DEFAULT_LIMITS, type Limits } from '../limits.js';
import { SEVERITIES, type Severity } from '../model/rule.js';
import type { Point } from '../model/trace.js';
import { FORMATS } from '../report/formats.js';

export interface OutputOptions {
  format: string;
  output?: string;
  quiet?: boolean;
  color: 'auto' | 'always' | 'never';
}

export function addOutputOptions(command: Command, formats: readonly string[] = FORMATS): Command {
  return command
    .addOption(new Option('--format <format>', 'how to print').choices([...formats]).default(formats[0]))
    .option('--output <file>', 'write there instead of to standard output')
    .option('--quiet', 'no progress and no warnings on standard error')
    .addOption(
      new Option('--color <when>', 'colours in text').choices(['auto', 'always', 'never']).default('auto'),
    );
}

export interface RedactOptionValues {
  redact?: boolean;
  redactWords?: string[];
  redactPrivate?: boolean;
  redactMap?: string;
}

export function addRedactOptions(command: Command): Command {
  return command
    .option(
      '--redact',
      'replace account ids, ARNs, host names, public addresses, tokens and secrets by placeholders',
    )
    .option(
      '--redact-words <words>',
      'and these words, separated by commas (implies --redact)',
      (w: string, all: string[] = []) => [
        ...all,
        ...w
          .split(',')
          .map((x) => x.trim())
          .filter((x) => x !== ''),
      ],
    )
    .option('--redact-private', 'and private addresses; subnets keep their structure (implies --redact)')
    .option('--redact-map <file>', 'write there what each placeholder stands for (implies --redact)');
}

const SIZE = /^(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?$/i;

/** `500M`, `4G`, `1048576`. */
export function parseSize(text: string): number {
  const m = SIZE.exec(text.trim());
  if (m === null) throw new InvalidArgumentError('Give a size such as 500M or 4G.');
  const power = ' KMGT'.indexOf(m[2]!.toUpperCase() || ' ');
  return Math.round(Number(m[1]) * 1024 ** power);
}

export function parseCount(text: string): number {
  if (!/^\d{1,12}$/.test(text) || Number(text) < 1)
    throw new InvalidArgumentError('Give a whole number above 0.');
  return Number(text);
}

export function addLimitOptions(command: Command): Command {
  const d = DEFAULT_LIMITS;
  return command
    .option('--max-entries <n>', `entries of one archive (${d.maxEntries})`, parseCount)
    .option('--max-entry-size <size>', 'bytes of one file after decompression (4G)', parseSize)
    .option('--max-total-size <size>', 'bytes of one input after decompression (16G)', parseSize)
    .option('--max-ratio <n>', `decompressed bytes per compressed byte (${d.maxRatio})`, parseCount)
    .option('--max-depth <n>', `archives within archives (${d.maxDepth})`, parseCount);
}

export interface LimitOptions {
  maxEntries?: number;
  maxEntrySize?: number;
  maxTotalSize?: number;
  maxRatio?: number;
  maxDepth?: number;
}

export function limitsOf(o: LimitOptions): Limits {
  return {
    ...DEFAULT_LIMITS,
    ...(o.maxEntries === undefined ? {} : { maxEntries: o.maxEntries }),
    ...(o.maxEntrySize === undefined ? {} : { maxEntrySize: o.maxEntrySize }),
    ...(o.maxTotalSize === undefined ? {} : { maxTotalSize: o.maxTotalSize }),
    ...(o.maxRatio === undefined ? {} : { maxRatio: o.maxRatio }),
    ...(o.maxDepth === undefined ? {} : { maxDepth: o.maxDepth }),
  };
}

/** `10.0.1.9`, `10.0.1.9:8080`, `[2600::9]:443`, `2600::9`. */
export function parseEnd(text: string): { ip: string; port: number | null } {
  const m = /^\[([^\]]+)\](?::(\d+))?$/.exec(text) ?? /^([^:]+):(\d+)$/.exec(text);
  const ip = m?.[1] ?? text;
  const port = m?.[2] === undefined ? null : Number(m[2]);
  if (!ipaddr.isValid(ip) || (port !== null && port > 65535))
    throw new InvalidArgumentError(
      'Give an address, or an address and a port: 10.0.1.9, 10.0.1.9:8080, [2600::9]:443.',
    );
  return { ip: ipaddr.parse(ip).toString(), port };
}

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;
const UNIT: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `10m`, `2h`, in milliseconds. */
export function parseDuration(text: string): number {
  const m = DURATION.exec(text);
  if (m === null) throw new InvalidArgumentError('Give a duration such as 90s, 10m or 2h.');
  return Number(m[1]) * UNIT[m[2]!]!;
}

/** ISO 8601; without a zone it is UTC, as everything this program prints. Milliseconds since the epoch. */
export function parseTime(text: string): number {
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/.test(text) || /^\d{4}-\d\d-\d\d$/.test(text) ? text : `${text}Z`;
  const t = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(zoned.replace(' ', 'T')) : NaN;
  if (Number.isNaN(t)) throw new InvalidArgumentError('Give a time such as 2024-05-17T09:31:22Z.');
  return t;
}

const ROLES: Readonly<Record<string, Point>> = {
  'src-veth': 'src_veth',
  'src-eth0': 'src_eth0',
  'dst-eth0': 'dst_eth0',
  'dst-veth': 'dst_veth',
};

/** Collects `ROLE=FILE` options. */
export function parsePoint(text: string, before: Map<string, Point> | undefined): Map<string, Point> {
  const at = text.indexOf('=');
  const role = text.slice(0, Math.max(0, at));
  const point = ROLES[role];
  if (at < 0 || point === undefined || at === text.length - 1)
    throw new InvalidArgumentError(`Give ROLE=FILE with ROLE one of ${Object.keys(ROLES).join(', ')}.`);
  return new Map([...(before ?? []), [text.slice(at + 1), point]]);
}

export interface QuestionOptions {
  src?: { ip: string; port: number | null };
  dst?: { ip: string; port: number | null };
  proto?: string;
  since?: number;
  until?: number;
  at?: number;
  window?: number;
}

export function addQuestionOptions(command: Command): Command {
  return command
    .option('--src <ip[:port]>', 'source of the traffic in question', parseEnd)
    .option('--dst <ip[:port]>', 'destination of the traffic in question', parseEnd)
    .addOption(new Option('--proto <protocol>', 'its protocol').choices(['tcp', 'udp', 'icmp', 'sctp']))
    .option('--since <time>', 'leave out log records before (ISO 8601, UTC)', parseTime)
    .option('--until <time>', 'leave out log records after', parseTime)
    .option('--at <time>', 'when it failed: sets --since and --until around it', parseTime)
    .option('--window <duration>', 'how far around --at to look (10m)', parseDuration);
}

export function questionOf(o: QuestionOptions): Question {
  const half = o.window ?? 600_000;
  return {
    src: o.src ?? null,
    dst: o.dst ?? null,
    protocol: o.proto ?? null,
    since: o.since ?? (o.at === undefined ? null : o.at - half),
    until: o.until ?? (o.at === undefined ? null : o.at + half),
  };
}

export function parseSeverity(text: string): Severity | 'never' {
  if (text === 'never' || (SEVERITIES as readonly string[]).includes(text)) return text as Severity | 'never';
  throw new InvalidArgumentError(`Give one of ${SEVERITIES.join(', ')} or never.`);
}
