import type { Clockwork } from './clockwork.js';
import type { Conn, Network, Packet } from './network.js';
import { mix, type Random } from './random.js';

const MS = 1e6;

export interface DatagramScript {
  readonly kind: 'udp' | 'one-way' | 'echo' | 'dns';
  readonly count: number;
  readonly interval: number;
  readonly size: number;
  /** Heartbeats of one content, with IP id 0. */
  readonly identical: boolean;
  /** Larger datagrams go as fragments of this many payload bytes; 0 for none. */
  readonly fragmentAt: number;
}

/** Sends datagrams, echo requests or DNS questions, and answers them. */
export function runDatagrams(
  net: Network,
  clock: Clockwork,
  random: Random,
  conn: Conn,
  s: DatagramScript,
): void {
  const six = conn.client.ip.includes(':');
  const ipHeader = six ? 40 : 20;
  const echo = s.kind === 'echo';
  const types = six ? [128, 129] : [8, 0];
  const make = (way: 0 | 1, n: number, size: number, content: number, dnsId: number): Packet => ({
    conn,
    way,
    payload: size,
    content,
    ipId: s.identical || six ? 0 : net.nextId(),
    df: s.fragmentAt === 0,
    flags: echo ? types[way]! << 8 : 0,
    seq: echo ? n : 0,
    ack: 0,
    tsval: 0,
    mss: 0,
    headers: ipHeader + 8,
    ...(s.kind === 'dns' ? { dns: { id: dnsId, qname: `q${n}.example` } } : {}),
  });
  const send = (p: Packet): void => {
    if (s.fragmentAt === 0 || p.payload + 8 <= s.fragmentAt) net.send(p);
    else net.sendFragments(fragments(p, s.fragmentAt, net.nextId(), ipHeader));
  };
  const content = (n: number): number => (s.identical ? 77 : mix(conn.id, n) & 0xfffffff);
  const waiting = new Set<number>();
  net.listen(conn, 0, (p) => {
    if (s.kind === 'one-way' || p.error !== undefined) return;
    const n = echo ? p.seq : (p.dns?.id ?? 0);
    const answer = echo ? p.content : p.content + 1;
    clock.after(0.1 * MS, () => send({ ...make(1, n, p.payload, answer, n), seq: echo ? n : 0 }));
  });
  net.listen(conn, 1, (p) => {
    if (p.error === undefined && p.dns !== undefined) waiting.delete(p.dns.id);
  });
  const ask = (n: number, tries: number): void => {
    const id = s.kind === 'dns' ? mix(conn.id, n, 5) & 0xffff : 0;
    if (s.kind === 'dns') waiting.add(id);
    send(make(0, n, s.size, content(n), id));
    if (s.kind === 'dns' && tries < 3)
      clock.after(1500 * MS, () => {
        if (waiting.has(id)) ask(n, tries + 1);
      });
  };
  for (let n = 0; n < s.count; n++)
    clock.after(n * s.interval * (1 + 0.02 * random.next()), () => ask(n + 1, 1));
}

function fragments(p: Packet, size: number, id: number, ipHeader: number): Packet[] {
  const out: Packet[] = [];
  const total = p.payload + 8;
  for (let o = 0; o < total; o += size) {
    const bytes = Math.min(size, total - o);
    out.push({
      ...p,
      ipId: id,
      payload: o === 0 ? bytes - 8 : bytes,
      content: p.content + o,
      headers: o === 0 ? ipHeader + 8 : ipHeader,
      fragment: { offset: o, last: o + bytes === total },
    });
  }
  return out;
}
