import { WordTable } from '../capture/word-table.js';
import type { ConnectionFlow } from './reuse.js';

/**
 * Numbers flows over all captures of a run: equal for equal protocol, addresses, ports and connection, counted from
 * 0 in order of arrival. A string per flow and capture would cost more than all that is done with it.
 */
export class FlowNumbers {
  private readonly addresses = new Map<string, number>();
  private readonly pairs = new WordTable(Infinity);
  private readonly flows = new WordTable(Infinity);

  /** Flows numbered so far. */
  get count(): number {
    return this.flows.count;
  }

  of(f: ConnectionFlow): number {
    const kind = (f.protocol << 1) | (f.isn === undefined ? 0 : 1);
    const pair = this.pairs.intern(this.address(f.a), this.address(f.b), kind, 0);
    return this.flows.intern(pair, (f.aPort << 16) | f.bPort, (f.isn ?? 0) | 0, 0);
  }

  private address(ip: string): number {
    let n = this.addresses.get(ip);
    if (n === undefined) this.addresses.set(ip, (n = this.addresses.size));
    return n;
  }
}
