/** Datagrams remembered at a time. */
const LIMIT = 4096;
/** Nanoseconds after which an IP identification may have been used again (RFC 791: reassembly gives up). */
const LIFETIME = 30e9;

interface Datagram {
  readonly flow: number;
  readonly way: number;
  readonly time: number;
}

/** Tells later fragments, which carry no ports, the flow of their first fragment. Oldest entries go first. */
export class FragmentCache {
  private readonly entries = new Map<string, Datagram>();

  static key(six: boolean, src: number, dst: number, protocol: number, id: number): string {
    return `${six ? 6 : 4},${src},${dst},${protocol},${id}`;
  }

  put(key: string, flow: number, way: number, time: number): void {
    this.entries.delete(key);
    if (this.entries.size >= LIMIT) {
      const oldest = this.entries.keys().next();
      if (!oldest.done) this.entries.delete(oldest.value);
    }
    this.entries.set(key, { flow, way, time });
  }

  get(key: string, time: number): Datagram | null {
    const found = this.entries.get(key);
    return found !== undefined && Math.abs(time - found.time) <= LIFETIME ? found : null;
  }
}
