import type { IpRule } from '../model/node.js';

/** Writes rules as `ip rule show` does (one blank between words): the inverse of `parseIpRules`. */
export function printIpRules(rules: readonly IpRule[]): string {
  return rules.map((rule) => `${printIpRule(rule)}\n`).join('');
}

function printIpRule(rule: IpRule): string {
  const words = [`${rule.priority}:`];
  if (rule.not) words.push('not');
  words.push('from', rule.from ?? 'all');
  if (rule.to !== null) words.push('to', rule.to);
  if (rule.tos !== null) words.push('tos', rule.tos);
  if (rule.fwmark !== null) words.push('fwmark', printMark(rule.fwmark));
  if (rule.iif !== null) words.push('iif', rule.iif);
  if (rule.oif !== null) words.push('oif', rule.oif);
  if (rule.ipproto !== null) words.push('ipproto', rule.ipproto);
  if (rule.sport !== null) words.push('sport', rule.sport);
  if (rule.dport !== null) words.push('dport', rule.dport);
  words.push(...rule.unknown.filter((w) => w !== 'no action'));
  const { action } = rule;
  if (action.kind === 'lookup') words.push('lookup', action.table);
  else if (action.kind === 'goto') words.push('goto', String(action.priority));
  else if (action.kind !== 'nop' || !rule.unknown.includes('no action')) words.push(action.kind);
  if (rule.suppressPrefixLength !== null) {
    words.push('suppress_prefixlength', String(rule.suppressPrefixLength));
  }
  return words.join(' ');
}

function printMark(mark: { value: number; mask: number }): string {
  const value = `0x${mark.value.toString(16)}`;
  return mark.mask === 0xffffffff ? value : `${value}/0x${mark.mask.toString(16)}`;
}
