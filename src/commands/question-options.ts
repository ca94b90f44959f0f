/** Options that ask of some traffic, name the places of captures, or set a bound of severity. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import ipaddr from 'ipaddr.js';
import type { Question } from '../facts/types.js';
import { SEVERITIES, type Severity } from '../model/rule.js';
import type { Point } from '../model/trace.js';
import { parseDuration, parseTime } from './options.js';

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
