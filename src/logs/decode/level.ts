import type { LogLevel } from '../../model/logs.js';

const LEVELS: ReadonlyMap<string, LogLevel> = new Map<string, LogLevel>([
  ['trace', 'trace'],
  ['debug', 'debug'],
  ['info', 'info'],
  ['information', 'info'],
  ['notice', 'info'],
  ['warn', 'warn'],
  ['warning', 'warn'],
  ['error', 'error'],
  ['err', 'error'],
  ['critical', 'fatal'],
  ['crit', 'fatal'],
  ['dpanic', 'fatal'],
  ['panic', 'fatal'],
  ['fatal', 'fatal'],
]);

/** Level names of zap, logrus, seelog, CoreDNS and cloud-init, in any case; null for anything else. */
export function levelOf(name: string | undefined): LogLevel {
  return name === undefined || name.length > 16 ? null : (LEVELS.get(name.toLowerCase()) ?? null);
}
