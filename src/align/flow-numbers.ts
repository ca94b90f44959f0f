import { WordTable } from '../capture/word-table.js';
import type { CaptureFlow } from '../model/capture.js';

/**
 * Numbers flows over all captures of a run: equal for equal protocol, addresses and ports, and, of connections that
 * share a five-tuple, for equal ones; counted from 0 in order of arrival. A string per flow and capture would cost
 * more than all that is done with it.
 */
export class FlowNumbers {
  private readonly addresses = new Map<string, number>();
  private readonly pairs = new WordTable(Infinity);
  private readonly tuples = new WordTable(Infinity);
  private readonly connections = new WordTable(Infinity);

  /** Connections numbered so far. */
  get count(): number {
    return this.connections.count;
  }

  /** Number of a five-tuple. */
  tuple(f: CaptureFlow): number {
    const pair = this.pairs.intern(this.address(f.a), this.address(f.b), f.protocol, 0);
    return this.tuples.intern(pair, (f.aPort << 16) | f.bPort, 0, 0);
  }

  /** Number of a connection by that of its five-tuple and, where this was used again, its initial sequence number. */
  connection(tuple: number, isn: number | undefined): number {
    return isn === undefined
      ? this.connections.intern(tuple, 0, 0, 0)
      : this.connections.intern(tuple, 1, isn | 0, 0);
  }

  /** Number of a connection's protocol and addresses. */
  pairOf(connection: number): number {
    return this.tuples.words[this.connections.words[connection * 4]! * 4]!;
  }

  private address(ip: string): number {
    let n = this.addresses.get(ip);
    if (n === undefined) this.addresses.set(ip, (n = this.addresses.size));
    return n;
  }
}
