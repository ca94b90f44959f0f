import { inNet, parseNet } from '../address.js';
import { protocolNumber } from '../protocol.js';
import { type CompileMatch, MAYBE, negate, optionTest, type Test, tri, undecidable } from './test.js';

/** `-s`, `-d`: one net, or several separated by commas. */
export const address: CompileMatch = ({ module, options, family }) =>
  options.map((match): Test => {
    const nets = (match.args[0] ?? '').split(',').map((word) => parseNet(word, family));
    if (nets.some((net) => net === null)) return undecidable(match);
    const [only] = nets;
    if (nets.length > 1 || only === undefined) {
      const field = module === 'source' ? 'src' : 'dst';
      return optionTest(match, (s) => nets.some((net) => inNet(s[field], net!)));
    }
    const { negated } = match;
    const why = `${module} ${match.args[0] ?? ''}`;
    return module === 'source'
      ? {
          why,
          run: (s) => (s.srcKnown ? tri(inNet(s.src, only!) !== negated) : MAYBE),
        }
      : { why, run: (s) => tri(inNet(s.dst, only!) !== negated) };
  });

/** `-i`, `-o`: a name, or the start of one before `+`. */
export const device: CompileMatch = ({ module, options }) =>
  options.map((match): Test => {
    const pattern = match.args[0] ?? '';
    const field = module === 'in-interface' ? 'iif' : 'oif';
    const { negated } = match;
    return {
      why: `${module} ${pattern}`,
      run: (s) => {
        const name = s[field];
        if (name === undefined) return pattern === '+' ? tri(!negated) : MAYBE;
        return tri(matchesInterface(name ?? '', pattern) !== negated);
      },
    };
  });

/** Interface patterns of iptables: `eni+` is every name that starts with `eni`. */
export function matchesInterface(name: string, pattern: string): boolean {
  return pattern.endsWith('+') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** `-p`. */
export const protocol: CompileMatch = ({ options }) =>
  options.map((match): Test => {
    const number = protocolNumber(match.args[0] ?? '');
    if (number === null) return undecidable(match);
    if (number === 0) return { why: 'protocol', run: () => tri(!match.negated) };
    return optionTest(match, (s) => s.protocol === number);
  });

/** `-f`: second and further fragments. The packet asked about is whole. */
export const fragment: CompileMatch = ({ options }) =>
  options.map((match) => ({ why: 'fragment', run: () => negate(tri(false), match.negated) }));
