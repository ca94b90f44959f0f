import type { RuleMatch } from '../../model/node.js';
import { hasPorts, ICMP, ICMPV6, SCTP, TCP, tcpFlagBits, UDP } from '../protocol.js';
import type { State } from '../state.js';
import { type CompileMatch, NEVER, optionTest, type Test, undecidable } from './test.js';

interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** Reads `53`, `1024:65535`, `:1023` or `1024:`; null for a service name. */
export function parsePortRange(word: string): PortRange | null {
  const m = /^(\d{0,5})(?:([:-])(\d{0,5}))?$/.exec(word);
  if (m === null || word === '') return null;
  const from = m[1] === '' ? 0 : Number(m[1]);
  const to = m[2] === undefined ? from : m[3] === '' ? 65535 : Number(m[3]);
  return { from, to };
}

function inRange(port: number, range: PortRange): boolean {
  return port >= range.from && port <= range.to;
}

function portTest(match: RuleMatch, field: 'sport' | 'dport'): Test {
  const range = parsePortRange(match.args[0] ?? '');
  if (range === null) return undecidable(match);
  const known = field === 'sport' ? 'sportKnown' : 'dportKnown';
  return optionTest(match, (s) => (s[known] ? inRange(s[field], range) : null));
}

function flagsTest(match: RuleMatch, mask: string, compare: string): Test {
  const maskBits = tcpFlagBits(mask);
  const bits = tcpFlagBits(compare);
  if (maskBits === null || bits === null) return undecidable(match);
  return optionTest(match, (s) => (s.tcpFlags === null ? null : (s.tcpFlags & maskBits) === bits));
}

function transport(number: number, extra: (match: RuleMatch) => Test): CompileMatch {
  return ({ module, options }) => [
    optionTest({ module, option: '', negated: false, args: [] }, (s) => s.protocol === number),
    ...options
      .filter((match) => match.option !== '')
      .map((match) => {
        if (match.option === 'sport' || match.option === 'source-port') return portTest(match, 'sport');
        if (match.option === 'dport' || match.option === 'destination-port') return portTest(match, 'dport');
        return extra(match);
      }),
  ];
}

export const tcp = transport(TCP, (match) => {
  if (match.option === 'tcp-flags') return flagsTest(match, match.args[0] ?? '', match.args[1] ?? '');
  return match.option === 'syn' ? flagsTest(match, 'FIN,SYN,RST,ACK', 'SYN') : undecidable(match);
});
export const udp = transport(UDP, undecidable);
export const sctp = transport(SCTP, undecidable);

/** `-m multiport --dports 80,443,8000:8080`. */
export const multiport: CompileMatch = ({ options }) =>
  options.map((match) => {
    const ranges = (match.args[0] ?? '').split(',').map(parsePortRange);
    if (ranges.some((range) => range === null)) return undecidable(match);
    const among = (port: number): boolean => ranges.some((range) => inRange(port, range!));
    const bySource = /^(?:sports|source-ports)$/.test(match.option);
    const byDestination = /^(?:dports|destination-ports)$/.test(match.option);
    if (!bySource && !byDestination && match.option !== 'ports') return undecidable(match);
    const test = optionTest(match, (s) => {
      const source = bySource || match.option === 'ports' ? (s.sportKnown ? among(s.sport) : null) : false;
      const dest = byDestination || match.option === 'ports' ? (s.dportKnown ? among(s.dport) : null) : false;
      return source === true || dest === true ? true : source === null || dest === null ? null : false;
    });
    // Without ports to read the match fails, negated or not.
    return { why: test.why, run: (s) => (hasPorts(s.protocol) ? test.run(s) : NEVER[0]!.run(s)) };
  });

const NAMES: ReadonlyMap<string, readonly [number, number | null]> = new Map([
  ['any', [255, null]],
  ['echo-reply', [0, null]],
  ['destination-unreachable', [3, null]],
  ['port-unreachable', [3, 3]],
  ['fragmentation-needed', [3, 4]],
  ['redirect', [5, null]],
  ['echo-request', [8, null]],
  ['time-exceeded', [11, null]],
]);

function icmpOf(number: number, anyType: number | null): CompileMatch {
  return ({ module, options }) => [
    optionTest({ module, option: '', negated: false, args: [] }, (s) => s.protocol === number),
    ...options
      .filter((match) => match.option !== '')
      .map((match) => {
        const m = /^(\d{1,3})(?:\/(\d{1,3}))?$/.exec(match.args[0] ?? '');
        const named = number === ICMP ? NAMES.get(match.args[0] ?? '') : undefined;
        if (m === null && named === undefined) return undecidable(match);
        const type = m === null ? named![0] : Number(m[1]);
        const code = m === null ? named![1] : m[2] === undefined ? null : Number(m[2]);
        return optionTest(match, (s) => (type === anyType ? true : isIcmp(s, type, code)));
      }),
  ];
}

function isIcmp(state: State, type: number, code: number | null): boolean | null {
  if (state.icmpType === null) return null;
  if (state.icmpType !== type) return false;
  if (code === null) return true;
  return state.icmpCode === null ? null : state.icmpCode === code;
}

export const icmp = icmpOf(ICMP, 255);
export const icmp6 = icmpOf(ICMPV6, null);
