/** Options that many commands share. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { DEFAULT_LIMITS, type Limits } from '../limits.js';

export interface OutputOptions {
  format: string;
  output?: string;
  quiet?: boolean;
  color: 'auto' | 'always' | 'never';
}

export function addOutputOptions(command: Command, formats: readonly string[]): Command {
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
