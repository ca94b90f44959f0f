/** Tests of addresses: `ip:`. */
import ipaddr from 'ipaddr.js';
import { quadsIn } from '../index-store/units.js';
import type { Leaf, PatternView } from './leaf.js';
import type { LineView } from './line-view.js';
import { QueryError } from './tokens.js';
import { MAYBE, NO, type Tri } from './tri.js';
import { WordLeaf } from './word-leaf.js';

/** An address, or a block of them; `at`: where it stands in the query. Throws QueryError. */
export function addressLeaf(text: string, at: number): Leaf {
  if (text.includes('/')) {
    if (!ipaddr.isValidCIDR(text)) throw new QueryError(`${text} is no block of addresses`, at);
    const [address, bits] = ipaddr.parseCIDR(text);
    if (address.kind() !== 'ipv4') throw new QueryError('only IPv4 blocks can be searched', at);
    return new CidrLeaf([address as ipaddr.IPv4, bits]);
  }
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text))
    throw new QueryError(`${text} is no address`, at);
  return new WordLeaf(text);
}

/** `ip:10.0.1.0/24`: lines with an IPv4 address of the block. */
class CidrLeaf implements Leaf {
  readonly needs = null;
  readonly words: readonly string[] = [];

  constructor(private readonly range: [ipaddr.IPv4, number]) {}

  pattern({ pattern, folded }: PatternView): Tri {
    const mayHide = pattern.masks.some(({ dots }) => dots >= 3) || pattern.level === undefined;
    return mayHide || /\d\.\d/.test(folded) ? MAYBE : NO;
  }

  block(): boolean {
    return true;
  }

  line(line: LineView): boolean {
    return quadsIn(line.text).some(([start, end]) => {
      const text = line.text.slice(start, end);
      return ipaddr.IPv4.isValidFourPartDecimal(text) && ipaddr.IPv4.parse(text).match(this.range);
    });
  }
}
