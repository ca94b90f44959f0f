import type { Family, IptablesRule } from '../model/node.js';
import { copyMark, setXmark, UNKNOWN_MARK } from './mark.js';
import { parseMark } from './match/mark.js';
import { compileNat, type NatDone } from './nat.js';
import type { State } from './state.js';

/** What a rule does with a packet that matches. */
export type Target =
  | { readonly kind: 'accept' | 'drop' | 'return' }
  | { readonly kind: 'reject'; readonly with: string }
  | { readonly kind: 'jump'; readonly chain: string }
  /** Changes marks or tracking; the walk goes on. Returns what it did. */
  | { readonly kind: 'change'; readonly apply: (state: State) => string }
  /** Without effect on the way of the packet (LOG, counters). */
  | { readonly kind: 'note'; readonly effect: string }
  | { readonly kind: 'nat'; readonly apply: (state: State) => NatDone }
  /** What becomes of the packet cannot be told from the bundle. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** Targets that leave marks, addresses and verdict alone. */
const NOTES = new Set([
  'LOG',
  'NFLOG',
  'ULOG',
  'TRACE',
  'TCPMSS',
  'TCPOPTSTRIP',
  'DSCP',
  'TOS',
  'ECN',
  'CLASSIFY',
  'CHECKSUM',
  'AUDIT',
  'IDLETIMER',
  'LED',
  'RATEEST',
  'SECMARK',
  'CONNSECMARK',
  'TEE',
  'SET',
]);

export function compileTarget(
  rule: IptablesRule,
  family: Family,
  chains: ReadonlyMap<string, unknown>,
): Target {
  const { target } = rule;
  if (target === null) return { kind: 'note', effect: 'count' };
  if (chains.has(target)) return { kind: 'jump', chain: target };
  if (NOTES.has(target)) return { kind: 'note', effect: target.toLowerCase() };
  switch (target) {
    case 'ACCEPT':
      return { kind: 'accept' };
    case 'DROP':
      return { kind: 'drop' };
    case 'RETURN':
      return { kind: 'return' };
    case 'REJECT': {
      const fallback = family === 4 ? 'icmp-port-unreachable' : 'icmp6-port-unreachable';
      return { kind: 'reject', with: rule.targetOptions.get('reject-with')?.[0] ?? fallback };
    }
    case 'MARK':
      return { kind: 'change', apply: packetMark(rule) };
    case 'CONNMARK':
      return { kind: 'change', apply: connectionMark(rule) };
    case 'NOTRACK':
      return { kind: 'change', apply: noTrack };
    case 'CT':
      return rule.targetOptions.has('notrack')
        ? { kind: 'change', apply: noTrack }
        : { kind: 'note', effect: 'ct' };
    case 'TTL':
    case 'HL':
      return { kind: 'change', apply: timeToLive(rule) };
    case 'DNAT':
    case 'SNAT':
    case 'MASQUERADE':
    case 'REDIRECT':
    case 'NETMAP':
      return { kind: 'nat', apply: compileNat(rule, family) };
    default:
      return { kind: 'unknown', reason: `target ${target.slice(0, 40)} decides outside the rules` };
  }
}

function noTrack(state: State): string {
  state.ctstate = 'UNTRACKED';
  state.dnat = false;
  state.snat = false;
  return 'not tracked';
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** The options that set a mark, as value and mask of `--set-xmark`; null when there is none. */
function xmark(rule: IptablesRule): { value: number; mask: number } | null {
  const { targetOptions } = rule;
  const read = (option: string): { value: number; mask: number } | null => {
    const word = targetOptions.get(option)?.[0];
    return word === undefined ? null : parseMark(word);
  };
  const set = read('set-mark');
  if (set !== null) return { value: set.value, mask: (set.value | set.mask) >>> 0 };
  const or = read('or-mark');
  if (or !== null) return { value: or.value, mask: or.value };
  const and = read('and-mark');
  if (and !== null) return { value: 0, mask: ~and.value >>> 0 };
  const xor = read('xor-mark');
  return xor === null ? read('set-xmark') : { value: xor.value, mask: 0 };
}

function packetMark(rule: IptablesRule): (state: State) => string {
  const change = xmark(rule);
  if (change === null) {
    return (state) => {
      state.mark = UNKNOWN_MARK;
      return 'mark not understood';
    };
  }
  return (state) => {
    state.mark = setXmark(state.mark, change.value, change.mask);
    return `mark ${hex(change.value)}/${hex(change.mask)}`;
  };
}

/** Without a connection (INVALID, untracked) CONNMARK does nothing. */
function connectionMark(rule: IptablesRule): (state: State) => string {
  const act = connmarkAction(rule);
  return (state) =>
    state.ctstate === 'INVALID' || state.ctstate === 'UNTRACKED' ? 'no connection to mark' : act(state);
}

function connmarkAction(rule: IptablesRule): (state: State) => string {
  const { targetOptions } = rule;
  const maskOf = (option: string): number =>
    parseMark(targetOptions.get(option)?.[0] ?? targetOptions.get('mask')?.[0] ?? '0xffffffff')?.value ??
    0xffffffff;
  const shifted = targetOptions.has('left-shift-mark') || targetOptions.has('right-shift-mark');
  const change = xmark(rule);
  if (!shifted && targetOptions.has('restore-mark')) {
    return (state) => {
      state.mark = copyMark(state.mark, maskOf('nfmask'), state.ctmark, maskOf('ctmask'));
      return `restore mark from connection (mask ${hex(maskOf('ctmask'))})`;
    };
  }
  if (!shifted && targetOptions.has('save-mark')) {
    return (state) => {
      state.ctmark = copyMark(state.ctmark, maskOf('ctmask'), state.mark, maskOf('nfmask'));
      return `save mark to connection (mask ${hex(maskOf('ctmask'))})`;
    };
  }
  if (!shifted && change !== null) {
    return (state) => {
      state.ctmark = setXmark(state.ctmark, change.value, change.mask);
      return `connection mark ${hex(change.value)}/${hex(change.mask)}`;
    };
  }
  return (state) => {
    state.ctmark = UNKNOWN_MARK;
    state.mark = UNKNOWN_MARK;
    return 'connection mark not understood';
  };
}

function timeToLive(rule: IptablesRule): (state: State) => string {
  const [[option, [word = '']] = ['', []]] = rule.targetOptions;
  const value = Number(word);
  const by = option.split('-').at(-1);
  return (state) => {
    if (by === 'set') state.ttl = value;
    else if (state.ttl !== null) state.ttl += by === 'inc' ? value : -value;
    return `${option} ${word}`;
  };
}
