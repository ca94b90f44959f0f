import type { Counter } from '../model/node.js';
import type { Parsed } from './parsed.js';

const MAX_SERIES = 50_000;

/**
 * `metrics.json`: despite its name the Prometheus text of ipamd. Keys are the series as printed; values that are no
 * finite number (`NaN`, `+Inf`) are left out.
 *
 *     # TYPE awscni_total_ip_addresses gauge
 *     awscni_total_ip_addresses 11
 *     awscni_ec2api_error_count{fn="CreateNetworkInterface"} 3
 *     go_memstats_alloc_bytes 1.2345678e+07
 */
export function parseMetrics(lines: Iterable<string>, file: string): Parsed<ReadonlyMap<string, Counter>> {
  const series = new Map<string, Counter>();
  let understood = 0;
  let notUnderstood = 0;
  let number = 0;
  for (const line of lines) {
    number += 1;
    if (/^# (HELP|TYPE) /.test(line)) {
      understood += 1;
      continue;
    }
    if (line === '' || line.startsWith('#')) continue;
    const name = /^[a-zA-Z_:][a-zA-Z0-9_:]{0,199}/.exec(line)?.[0];
    const end = line[name?.length ?? 0] === '{' ? line.lastIndexOf('}') + 1 : (name?.length ?? 0);
    const rest = line.slice(end);
    const value = /^\s+([+-]?[\w.+-]{1,40})(?:\s+\d{1,20})?\s*$/.exec(rest)?.[1];
    if (name === undefined || end === 0 || value === undefined) {
      if (line.trim() !== '') notUnderstood += 1;
      continue;
    }
    understood += 1;
    const parsed = Number(value);
    if (Number.isFinite(parsed) && series.size < MAX_SERIES) {
      series.set(line.slice(0, end), { value: parsed, loc: { file, line: number } });
    }
  }
  return { value: series, understood, notUnderstood };
}
