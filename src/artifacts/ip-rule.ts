import type { Family, IpRule } from '../model/node.js';
import { eachLine } from './each-line.js';

type Draft = { -readonly [K in keyof IpRule]: IpRule[K] } & { unknown: string[] };

const LINE = /^(\d{1,10}):\s*(.*)$/;

/**
 * Reads `ip rule show` (networking/iprule.txt, ip6rule.txt).
 *
 *     0:	from all lookup local
 *     512:	from all to 10.0.1.9 lookup main
 *     1024:	from all fwmark 0x80/0x80 lookup main
 *     1536:	from 10.0.1.9 lookup 2
 *
 * `from` and `to` are null for `all`. Words it does not know go to `unknown`, so that the rule is known to be
 * undecidable; a line that is no rule at all is left out (`notUnderstoodRules` lists them).
 */
export function parseIpRules(text: string, file: string, family: Family): IpRule[] {
  let rules: IpRule[] = [];
  eachLine(text, (raw, number) => {
    const line = raw.trim();
    const parts = LINE.exec(line);
    if (parts === null) return;
    const priority = Number(parts[1]);
    const last = rules.at(-1);
    // `ip rule show` prints by priority: a smaller one starts the output of another run.
    if (last !== undefined && priority < last.priority) rules = [];
    rules.push(readRule(priority, parts[2]!, line, file, number, family));
  });
  return rules;
}

/** Lines of an `ip rule show` output that are no rule: error texts, junk. */
export function notUnderstoodRules(text: string): { line: number; text: string }[] {
  const bad: { line: number; text: string }[] = [];
  eachLine(text, (raw, line) => {
    if (raw.trim() !== '' && !LINE.test(raw.trim()) && bad.length < 1000) bad.push({ line, text: raw });
  });
  return bad;
}

function readRule(
  priority: number,
  words: string,
  text: string,
  file: string,
  line: number,
  family: Family,
): IpRule {
  const rule: Draft = {
    family,
    priority,
    not: false,
    from: null,
    to: null,
    fwmark: null,
    iif: null,
    oif: null,
    ipproto: null,
    sport: null,
    dport: null,
    tos: null,
    suppressPrefixLength: null,
    action: { kind: 'nop' },
    unknown: [],
    text,
    loc: { file, line },
  };
  const list = words.split(/\s+/).filter((w) => w !== '');
  let hasAction = false;
  for (let at = 0; at < list.length; at += 1) {
    const word = list[at]!;
    const next = (): string => {
      at += 1;
      return list[at] ?? '';
    };
    switch (word) {
      case 'not':
        rule.not = true;
        break;
      case 'from':
        rule.from = selector(next());
        break;
      case 'to':
        rule.to = selector(next());
        break;
      case 'fwmark': {
        const mark = next();
        rule.fwmark = readMark(mark);
        if (rule.fwmark === null) rule.unknown.push(`fwmark ${mark}`);
        break;
      }
      case 'iif':
      case 'dev':
        rule.iif = next();
        break;
      case 'oif':
        rule.oif = next();
        break;
      case 'ipproto':
        rule.ipproto = next();
        break;
      case 'sport':
        rule.sport = next();
        break;
      case 'dport':
        rule.dport = next();
        break;
      case 'tos':
      case 'dsfield':
        rule.tos = next();
        break;
      case 'suppress_prefixlength':
        rule.suppressPrefixLength = Number(next());
        break;
      case 'lookup':
      case 'table':
        rule.action = { kind: 'lookup', table: next() };
        hasAction = true;
        break;
      case 'blackhole':
      case 'unreachable':
      case 'prohibit':
      case 'nop':
        rule.action = { kind: word };
        hasAction = true;
        break;
      case 'goto': {
        const target = next();
        if (/^\d+$/.test(target)) rule.action = { kind: 'goto', priority: Number(target) };
        else rule.unknown.push(`goto ${target}`);
        hasAction = true;
        break;
      }
      // Who installed the rule: no condition.
      case 'proto':
      case 'protocol':
        next();
        break;
      // The interface or the goto's target is gone: the rule then fits no packet, or is passed.
      case '[detached]':
      case '[unresolved]':
        break;
      default:
        rule.unknown.push(word);
    }
  }
  if (!hasAction) rule.unknown.push('no action');
  return rule;
}

function selector(word: string): string | null {
  return word === 'all' || word === '0.0.0.0/0' || word === '::/0' ? null : word;
}

function readMark(word: string): { value: number; mask: number } | null {
  const parts = /^(0x[0-9a-f]{1,8}|\d{1,10})(?:\/(0x[0-9a-f]{1,8}|\d{1,10}))?$/i.exec(word);
  if (parts === null) return null;
  return { value: Number(parts[1]), mask: parts[2] === undefined ? 0xffffffff : Number(parts[2]) };
}
