/** Tests of addresses: `ip:`. */
import ipaddr from 'ipaddr.js';
import { namesFrom, type FileName } from '../index-store/names.js';
import { Sought } from '../index-store/sought.js';
import { quadAt, quadsIn } from '../index-store/units.js';
import type { FileIndex } from '../index-store/types.js';
import type { BlockView } from './block-view.js';
import type { Leaf, PatternView } from './leaf.js';
import type { LineView } from './line-view.js';
import { QueryError } from './tokens.js';
import { Trace } from './trace.js';
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
  readonly needs: readonly string[] | null;
  readonly words: readonly string[] = [];
  /** What all addresses of the block begin with. */
  private readonly beginning: Sought | null;
  private readonly trace: Trace;

  constructor(private readonly range: [ipaddr.IPv4, number]) {
    const [address, bits] = range;
    const fixed = address.octets.slice(0, Math.floor(bits / 8));
    // No part of an address is written with zeros before it.
    const text = fixed.length === 0 || fixed.length === 4 ? fixed.join('.') : `${fixed.join('.')}.`;
    this.needs = text === '' ? null : [text];
    this.beginning = text === '' ? null : new Sought([text]);
    this.trace = new Trace(text, false);
  }

  pattern({ pattern, folded }: PatternView): Tri {
    if (this.beginning?.couldBeIn(folded, pattern) === false) return NO;
    const mayHide = pattern.masks.some(({ dots }) => dots >= 3) || pattern.level === undefined;
    return mayHide || /\d\.\d/.test(folded) ? MAYBE : NO;
  }

  block(block: BlockView): boolean {
    return this.trace.inBlock(block);
  }

  tail(block: BlockView): boolean {
    return this.trace.inTails(block);
  }

  names({ columns, moreNames }: FileIndex): readonly FileName[] | null {
    if (moreNames > 0) return null;
    const beginning = this.needs?.[0] ?? '';
    const names = namesFrom(columns, beginning).filter(({ kind, name }) => kind === 'ip' && this.holds(name));
    return names.every(({ places }) => places !== null) ? names : null;
  }

  line(line: LineView): boolean {
    const { text } = line;
    if (this.needs === null) return quadsIn(text).some(([start, end]) => this.holds(text.slice(start, end)));
    const [beginning] = this.needs as readonly [string];
    for (let at = text.indexOf(beginning); at >= 0; at = text.indexOf(beginning, at + 1)) {
      const end = quadAt(text, at);
      if (end >= 0 && this.holds(text.slice(at, end))) return true;
    }
    return false;
  }

  private holds(address: string): boolean {
    return ipaddr.IPv4.isValidFourPartDecimal(address) && ipaddr.IPv4.parse(address).match(this.range);
  }
}
