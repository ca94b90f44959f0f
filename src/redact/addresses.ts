import ipaddr from 'ipaddr.js';
import type { Kind, Placeholders } from './placeholders.js';
import { bitsOf, bytesOf, PrefixTree } from './prefix-tree.js';

/** They belong to nobody in particular; the last is what `::ffff:1.2.3.4` leaves of itself. */
const KEPT_PUBLIC = new Set(['0.0.0.0', '255.255.255.255', '::ffff']);

/** IPv4 and IPv6 addresses and networks; the class of an address decides its kind. */
export class AddressRedactor {
  private readonly trees = new Map<Kind, PrefixTree>();

  constructor(
    private readonly names: Placeholders,
    private readonly withPrivate: boolean,
  ) {}

  /** The placeholder of `10.0.0.1`, `2600::1`, `52.94.0.0/22`; null when it is no address or stays. */
  redact(text: string): string | null {
    const slash = text.indexOf('/');
    const address = slash < 0 ? text : text.slice(0, slash);
    if (!ipaddr.isValid(address)) return null;
    const parsed = ipaddr.parse(address);
    if (parsed.kind() === 'ipv4' && !ipaddr.IPv4.isValidFourPartDecimal(address)) return null;
    const kind = kindOf(parsed);
    if (kind === null || KEPT_PUBLIC.has(address)) return null;
    if (kind.startsWith('private') && !this.withPrivate) return null;
    const bytes = parsed.toByteArray();
    const length = slash < 0 ? bytes.length * 8 : Number(text.slice(slash + 1));
    if (!Number.isInteger(length) || length < 0 || length > bytes.length * 8) return null;
    return this.placeholder(kind, text, bytes, length, slash >= 0);
  }

  private placeholder(kind: Kind, text: string, bytes: number[], length: number, network: boolean): string {
    let tree = this.trees.get(kind);
    if (tree === undefined) this.trees.set(kind, (tree = new PrefixTree()));
    const fresh = ipaddr.fromByteArray(bytesOf(tree.renumber(bitsOf(bytes), length), bytes.length));
    return this.names.set(text, `${kind}-${fresh.toString()}${network ? `/${length}` : ''}`);
  }
}

function kindOf(address: ipaddr.IPv4 | ipaddr.IPv6): Kind | null {
  const range = address.range();
  const six = address.kind() === 'ipv6';
  if (range === 'unicast') return six ? 'public-ip6' : 'public-ip';
  if (range === 'private' || range === 'carrierGradeNat') return 'private-ip';
  if (range === 'uniqueLocal') return 'private-ip6';
  if (range === 'ipv4Mapped' || range === 'rfc6145' || range === '6to4' || range === 'teredo')
    return 'public-ip6';
  return null;
}
