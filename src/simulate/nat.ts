import type { Family, IptablesRule } from '../model/node.js';
import { type Addr, formatAddr, maskAddr, parseAddr, parseNet } from './address.js';
import { inputAddress, masqueradeAddress } from './own-address.js';
import { hasPorts } from './protocol.js';
import type { State } from './state.js';

export type NatDone =
  | { readonly kind: 'done' | 'drop'; readonly effect: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** What a NAT target may choose from. */
interface Range {
  /** Null: the address stays (a target that only names ports). */
  readonly from: Addr | null;
  readonly to: Addr | null;
  readonly ports: { readonly from: number; readonly to: number } | null;
  /** The kernel picks a source port at random. */
  readonly random: boolean;
}

/** More addresses than this are not tried one by one. */
const MAX_ADDRESSES = 16;

/**
 * Compiles DNAT, SNAT, MASQUERADE, REDIRECT and NETMAP. Only first packets of a connection meet the nat table;
 * the caller sees to that.
 */
export function compileNat(rule: IptablesRule, family: Family): (state: State) => NatDone {
  const { target, targetOptions } = rule;
  const random = targetOptions.has('random') || targetOptions.has('random-fully');
  const word = (option: string): string | null => targetOptions.get(option)?.[0] ?? null;
  switch (target) {
    case 'DNAT': {
      const range = parseRange(word('to-destination'), family, random);
      return range === null ? notUnderstood(rule) : (s) => translate(s, 'dst', range, rule);
    }
    case 'SNAT': {
      const range = parseRange(word('to-source'), family, random);
      return range === null ? notUnderstood(rule) : (s) => translate(s, 'src', range, rule);
    }
    case 'MASQUERADE':
      return (s) => masquerade(s, parsePorts(word('to-ports')), random, rule);
    case 'REDIRECT':
      return (s) => redirect(s, parsePorts(word('to-ports')), rule);
    default:
      return netmap(word('to'), family, rule);
  }
}

function notUnderstood(rule: IptablesRule): () => NatDone {
  return () => ({ kind: 'unknown', reason: `${rule.target} to an address that was not understood` });
}

/** Reads `10.0.2.7`, `10.0.2.7:8080`, `10.0.2.1-10.0.2.9:1000-2000`, `[fd00::7]:8080`, `:8080`. */
export function parseRange(text: string | null, family: Family, random: boolean): Range | null {
  if (text === null) return null;
  const parts =
    family === 4
      ? /^([\d.]+)?(?:-([\d.]+))?(?::([\d-]+)(?:\/\d+)?)?$/.exec(text)
      : (/^\[?([0-9a-f:.]+)\]?(?:-\[?([0-9a-f:.]+)\]?)?$/i.exec(text) ??
        /^\[([0-9a-f:.]+)(?:\]?-\[?([0-9a-f:.]+))?\]:([\d-]+)(?:\/\d+)?$/i.exec(text) ??
        /^()():([\d-]+)$/.exec(text));
  if (parts === null) return null;
  const from = parts[1] === undefined || parts[1] === '' ? null : parseAddr(parts[1], family);
  const to = parts[2] === undefined || parts[2] === '' ? from : parseAddr(parts[2], family);
  const ports = parsePorts(parts[3] ?? null);
  if ((parts[1] ?? '') !== '' && (from === null || to === null)) return null;
  return from === null && ports === null ? null : { from, to, ports, random };
}

function parsePorts(text: string | null): Range['ports'] {
  const m = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text ?? '');
  return m === null ? null : { from: Number(m[1]), to: Number(m[2] ?? m[1]) };
}

type Side = 'src' | 'dst';

function translate(state: State, side: Side, range: Range, rule: IptablesRule): NatDone {
  const addr = chooseAddress(state, side, range, rule);
  if (addr === null) {
    if (side === 'dst') return { kind: 'unknown', reason: `${rule.target} picks one of too many addresses` };
    state.srcKnown = false;
  }
  return rewrite(state, side, addr, range, rule);
}

function chooseAddress(state: State, side: Side, range: Range, rule: IptablesRule): Addr | null {
  if (range.from === null || range.to === null) return state[side];
  if (range.from === range.to) return range.from;
  const count = Number(BigInt(range.to) - BigInt(range.from)) + 1;
  if (!(count > 0 && count <= MAX_ADDRESSES)) return null;
  const at = state.decisions.choose(count, `${rule.target} picks one of ${count} addresses`);
  return typeof range.from === 'number' ? range.from + at : range.from + BigInt(at);
}

function rewrite(state: State, side: Side, addr: Addr | null, range: Range, rule: IptablesRule): NatDone {
  const before = { addr: state[side], port: side === 'src' ? state.sport : state.dport };
  if (addr !== null) state[side] = addr;
  const port = choosePort(state, side, range);
  if (side === 'src') {
    state.sportKnown = port !== null;
    state.sport = port ?? state.sport;
  } else {
    state.dportKnown = port !== null;
    state.dport = port ?? state.dport;
  }
  const changed = addr === null || addr !== before.addr || port !== before.port;
  if (changed && side === 'src') state.snat = true;
  if (changed && side === 'dst') state.dnat = true;
  const where = addr === null ? 'an address the bundle does not tell' : formatAddr(addr);
  const shown = !hasPorts(state.protocol)
    ? ''
    : port === null
      ? ', port chosen by the kernel'
      : ` port ${port}`;
  return { kind: 'done', effect: `${rule.target} to ${where}${shown}` };
}

/** Null when the kernel picks it. A port that already is in the range stays. */
function choosePort(state: State, side: Side, range: Range): number | null {
  const port = side === 'src' ? state.sport : state.dport;
  if (!hasPorts(state.protocol)) return port;
  if (side === 'src' && range.random) return null;
  if (range.ports === null) return port;
  const { from, to } = range.ports;
  if (from === to) return from;
  return port >= from && port <= to && !range.random ? port : null;
}

function masquerade(state: State, ports: Range['ports'], random: boolean, rule: IptablesRule): NatDone {
  const addr = masqueradeAddress(state);
  if (addr === null) state.srcKnown = false;
  return rewrite(state, 'src', addr, { from: addr, to: addr, ports, random }, rule);
}

function redirect(state: State, ports: Range['ports'], rule: IptablesRule): NatDone {
  const addr = inputAddress(state);
  if (addr === 'unknown') return { kind: 'unknown', reason: 'address of the interface is not known' };
  if (addr === null) return { kind: 'drop', effect: 'drop: REDIRECT on an interface without address' };
  return rewrite(state, 'dst', addr, { from: addr, to: addr, ports, random: false }, rule);
}

/** Swaps the network part: of the source in POSTROUTING and INPUT, else of the destination. */
function netmap(to: string | null, family: Family, rule: IptablesRule): (state: State) => NatDone {
  const net = to === null ? null : parseNet(to, family);
  if (net === null) return notUnderstood(rule);
  return (state) => {
    const side: Side = state.hook === 'POSTROUTING' || state.hook === 'INPUT' ? 'src' : 'dst';
    const network = maskAddr(state[side], net.mask);
    const host =
      typeof network === 'number' ? (state[side] as number) - network : (state[side] as bigint) - network;
    const addr = typeof host === 'number' ? (net.addr as number) + host : (net.addr as bigint) + host;
    return rewrite(state, side, addr, { from: addr, to: addr, ports: null, random: false }, rule);
  };
}
