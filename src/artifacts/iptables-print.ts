import type { Iptables, IptablesRule, RuleMatch } from '../model/node.js';
import { quoteWord } from './iptables-words.js';

const FLAGS: ReadonlyMap<string, string> = new Map([
  ['source', '-s'],
  ['destination', '-d'],
  ['in-interface', '-i'],
  ['out-interface', '-o'],
  ['protocol', '-p'],
  ['fragment', '-f'],
]);

/** Options that iptables-save always quotes or leaves bare are written as it writes plain words. */
const TEXT_OPTIONS = new Set([
  'comment',
  'log-prefix',
  'nflog-prefix',
  'string',
  'hex-string',
  'u32',
  'label',
]);

/** Writes rules as iptables-save does (without `# Generated` lines): the inverse of `parseIptablesSave`. */
export function printIptables(iptables: Iptables): string {
  const out: string[] = [];
  for (const table of iptables.tables.values()) {
    out.push(`*${table.name}`);
    for (const chain of table.chains.values()) {
      out.push(`:${chain.name} ${chain.policy ?? '-'} [${chain.policyPackets ?? 0}:0]`);
    }
    for (const chain of table.chains.values()) for (const rule of chain.rules) out.push(printRule(rule));
    out.push('COMMIT');
  }
  return out.map((line) => `${line}\n`).join('');
}

/** One rule as iptables-save prints it, with its counters in front when they are known. */
export function printRule(rule: IptablesRule): string {
  const words = [`-A ${rule.chain}`];
  if (rule.packets !== null && rule.bytes !== null) words.unshift(`[${rule.packets}:${rule.bytes}]`);
  let instance = -1;
  for (const match of rule.matches) {
    const flag = FLAGS.get(match.module);
    if (flag !== undefined && match.option === match.module) {
      words.push(...bang(match), flag, ...match.args);
      continue;
    }
    if (match.instance !== instance) words.push('-m', match.module);
    instance = match.instance ?? -1;
    if (match.option !== '') {
      words.push(...bang(match), `--${match.option}`, ...args(match.option, match.args));
    }
  }
  if (rule.target !== null) words.push(rule.goto ? '-g' : '-j', rule.target);
  for (const [option, values] of rule.targetOptions) words.push(`--${option}`, ...args(option, values));
  return words.join(' ');
}

function bang(match: RuleMatch): string[] {
  return match.negated ? ['!'] : [];
}

function args(option: string, values: readonly string[]): string[] {
  return TEXT_OPTIONS.has(option) ? values.map(quoteWord) : [...values];
}
