import type { IptablesRule, RuleMatch } from '../model/node.js';
import type { Loc } from '../model/location.js';
import { splitWords, type Word } from './iptables-words.js';

/** Built-in tests and their names in the model. */
const BUILT_IN: ReadonlyMap<string, string> = new Map([
  ['-s', 'source'],
  ['--source', 'source'],
  ['--src', 'source'],
  ['-d', 'destination'],
  ['--destination', 'destination'],
  ['--dst', 'destination'],
  ['-i', 'in-interface'],
  ['--in-interface', 'in-interface'],
  ['-o', 'out-interface'],
  ['--out-interface', 'out-interface'],
  ['-p', 'protocol'],
  ['--protocol', 'protocol'],
  ['--proto', 'protocol'],
]);

/** Options whose argument is free text and may look like an option: they take exactly so many words. */
const FREE_TEXT: ReadonlyMap<string, number> = new Map([
  ['comment', 1],
  ['log-prefix', 1],
  ['nflog-prefix', 1],
  ['string', 1],
  ['hex-string', 1],
  ['name', 1],
  ['hashlimit-name', 1],
  ['nfacct-name', 1],
  ['match-set', 2],
]);

/** Words after the chain's name: what one rule tests and does. */
export interface ParsedRule {
  readonly matches: RuleMatch[];
  readonly target: string | null;
  readonly goto: boolean;
  readonly targetOptions: Map<string, readonly string[]>;
  readonly comment: string | null;
}

interface Cursor {
  readonly words: readonly Word[];
  at: number;
}

/**
 * Reads the words of a rule that follow `-A CHAIN`. Any module and option is kept by name; what it means is
 * for `src/simulate`. Negation is read in both spellings (`! -s x`, `-s ! x`). Null when the words make no rule.
 */
export function parseRuleWords(words: readonly Word[], from: number): ParsedRule | null {
  const cursor: Cursor = { words, at: from };
  const matches: RuleMatch[] = [];
  const comments: string[] = [];
  const targetOptions = new Map<string, readonly string[]>();
  let target: string | null = null;
  let goto = false;
  let module: string | null = null;
  let instance = -1;
  let inTarget = false;
  let protocol: string | null = null;
  let bare = false;
  const closeModule = (): void => {
    if (bare && module !== null) matches.push({ module, option: '', negated: false, args: [], instance });
    bare = false;
  };

  while (cursor.at < words.length) {
    let negated = false;
    let word = words[cursor.at]!;
    cursor.at += 1;
    if (isBang(word)) {
      negated = true;
      const next = words[cursor.at];
      if (next === undefined) return null;
      word = next;
      cursor.at += 1;
    }
    if (!isOption(word)) return null;
    const builtIn = BUILT_IN.get(word.text);
    if (builtIn !== undefined) {
      const taken = takeArgs(cursor, 1);
      if (taken === null) return null;
      matches.push({
        module: builtIn,
        option: builtIn,
        negated: negated !== taken.negated,
        args: taken.args,
      });
      if (builtIn === 'protocol') protocol = taken.args[0]!;
    } else if (word.text === '-f' || word.text === '--fragment') {
      matches.push({ module: 'fragment', option: 'fragment', negated, args: [] });
    } else if (word.text === '-m' || word.text === '--match') {
      closeModule();
      const name = words[cursor.at];
      if (name === undefined || negated) return null;
      cursor.at += 1;
      module = name.text;
      instance += 1;
      bare = true;
      inTarget = false;
    } else if (word.text === '-j' || word.text === '-g' || word.text === '--jump' || word.text === '--goto') {
      const name = words[cursor.at];
      if (name === undefined || negated || target !== null) return null;
      cursor.at += 1;
      target = name.text;
      goto = word.text === '-g' || word.text === '--goto';
      inTarget = true;
    } else if (word.text.startsWith('--')) {
      const option = word.text.slice(2);
      const taken = takeArgs(cursor, FREE_TEXT.get(option) ?? null);
      if (taken === null) return null;
      if (inTarget) {
        targetOptions.set(option, taken.args);
        continue;
      }
      if (module === null) {
        if (protocol === null) return null;
        module = protocol;
        instance += 1;
      }
      bare = false;
      matches.push({ module, option, negated: negated !== taken.negated, args: taken.args, instance });
      if (module === 'comment' && option === 'comment') comments.push(taken.args[0]!);
    } else {
      return null;
    }
  }
  closeModule();
  return { matches, target, goto, targetOptions, comment: comments.length === 0 ? null : comments.join(' ') };
}

function isBang(word: Word): boolean {
  return !word.quoted && word.text === '!';
}

function isOption(word: Word): boolean {
  return !word.quoted && word.text.length > 1 && word.text.startsWith('-');
}

/** Takes `count` words, or all up to the next option when null; `!` before the first argument negates. */
function takeArgs(cursor: Cursor, count: number | null): { args: string[]; negated: boolean } | null {
  const { words } = cursor;
  let negated = false;
  const first = words[cursor.at];
  const second = words[cursor.at + 1];
  if (first !== undefined && isBang(first) && second !== undefined && !isOption(second)) {
    negated = true;
    cursor.at += 1;
  }
  const args: string[] = [];
  while (cursor.at < words.length && (count === null || args.length < count)) {
    const word = words[cursor.at]!;
    if (count === null && (isBang(word) || (isOption(word) && !isNumber(word.text)))) break;
    args.push(word.text);
    cursor.at += 1;
  }
  return count !== null && args.length < count ? null : { args, negated };
}

function isNumber(text: string): boolean {
  return /^-\d+$/.test(text);
}

/** What `parseRuleLine` needs to place a rule. */
export interface RulePlace {
  readonly table: string;
  readonly loc: Loc;
  /** Position the rule gets in the chain named in the line. */
  readonly nextIndex: (chain: string) => number;
}

const COUNTERS = /^\[(\d{1,19}):(\d{1,19})\]$/;

/** Reads `[12:720] -A CHAIN …` (counters only with `iptables-save -c`); null when it is no rule. */
export function parseRuleLine(line: string, place: RulePlace): IptablesRule | null {
  const words = splitWords(line);
  if (words === null) return null;
  let at = 0;
  const counters = line.startsWith('[') ? COUNTERS.exec(words[0]?.text ?? '') : null;
  if (counters !== null) at = 1;
  const command = words[at]?.text;
  const chain = words[at + 1]?.text;
  if ((command !== '-A' && command !== '--append') || chain === undefined) return null;
  const parsed = parseRuleWords(words, at + 2);
  if (parsed === null) return null;
  return {
    table: place.table,
    chain,
    index: place.nextIndex(chain),
    ...parsed,
    packets: counters === null ? null : Number(counters[1]),
    bytes: counters === null ? null : Number(counters[2]),
    text: line,
    loc: place.loc,
  };
}
