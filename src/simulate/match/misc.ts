import type { RuleMatch } from '../../model/node.js';
import { parseAddr } from '../address.js';
import type { State } from '../state.js';
import {
  ALWAYS,
  type CompileMatch,
  MAYBE,
  NO,
  optionTest,
  type Test,
  tri,
  undecidable,
  YES,
} from './test.js';
import { parsePortRange } from './transport.js';

/** `-m comment`, `-m nfacct` (counts only): always true. */
export const always: CompileMatch = () => ALWAYS;

function option(options: readonly RuleMatch[], name: string): RuleMatch | undefined {
  return options.find((match) => match.option === name);
}

/** `-m statistic`: chance, except where it always or never holds. */
export const statistic: CompileMatch = ({ options }) => {
  const probability = option(options, 'probability');
  const every = option(options, 'every');
  const chance = Number(probability?.args[0] ?? Number.NaN);
  const certain = chance >= 1 || every?.args[0] === '1' ? YES : chance === 0 ? NO : MAYBE;
  const negated = (probability ?? every)?.negated ?? false;
  const what = probability === undefined ? `every ${every?.args[0] ?? '?'}` : `probability ${chance}`;
  return [
    {
      why: `-m statistic (${what}) picks one of several`,
      run: () => (certain === MAYBE ? MAYBE : tri((certain === YES) !== negated)),
    },
  ];
};

/** `-m recent --set` always holds; looking addresses up needs the kernel's list. */
export const recent: CompileMatch = ({ options }) => {
  const set = option(options, 'set');
  if (set !== undefined) return [{ why: 'recent', run: () => tri(!set.negated) }];
  return [undecidable(options[0]!)];
};

/** `-m owner`: a forwarded packet has no owner, so that plain options fail and negated ones hold. */
export const owner: CompileMatch = ({ options }) =>
  options.map((match): Test => {
    const { why } = undecidable(match);
    return { why, run: (s) => (s.local ? MAYBE : tri(match.negated)) };
  });

/** `-m length --length 40:1500`, in bytes of the whole IP packet. */
export const length: CompileMatch = ({ options }) =>
  options.map((match) => {
    const range = parsePortRange(match.args[0] ?? '');
    if (range === null) return undecidable(match);
    return optionTest(match, (s) =>
      s.length === null ? null : s.length >= range.from && s.length <= range.to,
    );
  });

/** `-m ttl`, `-m hl`. */
export const ttl: CompileMatch = ({ options }) =>
  options.map((match) => {
    const value = Number(match.args[0] ?? Number.NaN);
    const [, relation] = /^(?:ttl|hl)-(eq|lt|gt)$/.exec(match.option) ?? [];
    if (relation === undefined || Number.isNaN(value)) return undecidable(match);
    return optionTest(match, (s) => {
      if (s.ttl === null) return null;
      return relation === 'eq' ? s.ttl === value : relation === 'lt' ? s.ttl < value : s.ttl > value;
    });
  });

/** `-m iprange --src-range 10.0.0.1-10.0.0.9`. */
export const iprange: CompileMatch = ({ options, family }) =>
  options.map((match) => {
    const [from, to] = (match.args[0] ?? '').split('-').map((word) => parseAddr(word, family));
    const field = match.option === 'src-range' ? 'src' : 'dst';
    if (from === undefined || from === null || to === undefined || to === null) return undecidable(match);
    return optionTest(match, (s) =>
      field === 'src' && !s.srcKnown ? null : s[field] >= from && s[field] <= to,
    );
  });

/** Interfaces that are no bridge, by the names that EKS nodes give them. */
const NO_BRIDGE = /^(?:eni|eth|ens|enp|vlan|lo$|cali|tunl|vxlan|pod-id-link)/;

/**
 * `-m physdev`: packets that cross no bridge. The kernel then answers by the negations alone, and `--physdev-is-in`
 * and `--physdev-is-out` fail. Whether another interface is a bridge, the bundle does not tell.
 */
export const physdev: CompileMatch = ({ options }) =>
  options.map((match): Test => {
    const { why } = undecidable(match);
    return { why, run: (s) => (routedOnly(s) ? tri(match.negated) : MAYBE) };
  });

function routedOnly(state: State): boolean {
  return [state.iif, state.oif].every((dev) => dev === null || (dev !== undefined && NO_BRIDGE.test(dev)));
}

/** `-m pkttype`: a routed packet was sent to the node itself. */
export const pkttype: CompileMatch = ({ options }) =>
  options.map((match) =>
    optionTest(match, (s) =>
      s.iif === null || s.iif === 'lo' || s.iif === undefined ? null : match.args[0] === 'unicast',
    ),
  );
