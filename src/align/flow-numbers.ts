import { WordTable } from '../capture/word-table.js';
import type { FlowColumns } from './flow-columns.js';

/**
 * Numbers flows over all captures of a run: equal for equal protocol, addresses and ports, and, of connections that
 * share a five-tuple, for equal ones; counted from 0 in order of arrival. A string per flow and capture would cost
 * more than all that is done with it.
 */
export class FlowNumbers {
  private readonly addresses = new Map<string, number>();
  private readonly pairs = new WordTable(Infinity);
  private readonly fiveTuples: WordTable;
  private readonly connections: WordTable;

  /** @param expected flows of the largest capture */
  constructor(expected?: number) {
    this.fiveTuples = new WordTable(Infinity, expected);
    this.connections = new WordTable(Infinity, expected);
  }

  /** Connections numbered so far. */
  get count(): number {
    return this.connections.count;
  }

  /** Five-tuples numbered so far. */
  get fiveTupleCount(): number {
    return this.fiveTuples.count;
  }

  /** Numbers of five-tuples. */
  tuples({ addresses, a, b, aPort, bPort, protocol }: FlowColumns): Uint32Array {
    const numbers = addresses.map((ip) => this.address(ip));
    const out = new Uint32Array(a.length);
    for (let f = 0; f < out.length; f++) {
      const pair = this.pairs.intern(numbers[a[f]!]!, numbers[b[f]!]!, protocol[f]!, 0);
      out[f] = this.fiveTuples.intern(pair, (aPort[f]! << 16) | bPort[f]!, 0, 0);
    }
    return out;
  }

  /** Number of a connection by that of its five-tuple and, where this was used again, its initial sequence number. */
  connection(tuple: number, isn: number | undefined): number {
    return isn === undefined
      ? this.connections.intern(tuple, 0, 0, 0)
      : this.connections.intern(tuple, 1, isn | 0, 0);
  }

  /** Number of a connection's protocol and addresses. */
  pairOf(connection: number): number {
    return this.fiveTuples.words[this.connections.words[connection * 4]! * 4]!;
  }

  private address(ip: string): number {
    let n = this.addresses.get(ip);
    if (n === undefined) this.addresses.set(ip, (n = this.addresses.size));
    return n;
  }
}
