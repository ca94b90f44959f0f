import type { Conn, Packet, Place, Sighting } from './network.js';
import type { Simulated } from './scenario.js';

/**
 * Packets that a capture missed and that nothing else in the captures shows to have passed. They look exactly like
 * lost ones: whoever sees only the captures may take them for lost there, if he says that he is not sure of it.
 */
export interface Apparent {
  /** `src_node`, `return_vpc` and so on → packets that seem lost there. */
  readonly places: ReadonlyMap<string, number>;
  readonly conns: ReadonlyMap<Conn, ReadonlySet<string>>;
}

export function apparentLosses(sim: Simulated): Apparent {
  const places = new Map<string, number>();
  const conns = new Map<Conn, Set<string>>();
  const byConn = new Map<Conn, Sighting[]>();
  for (const s of sim.captured) {
    const list = byConn.get(s.packet.conn);
    if (list) list.push(s);
    else byConn.set(s.packet.conn, [s]);
  }
  for (const m of sim.missed) {
    const { conn } = m.packet;
    if (m.packet.error !== undefined) continue;
    const same = (byConn.get(conn) ?? []).filter((s) => s.station !== m.station && samePacket(s, m));
    const before = same.filter((s) => s.t <= m.t);
    if (before.length === 0 || same.length > before.length) continue;
    if (provedOtherwise(m, byConn.get(conn)!)) continue;
    const from = before.reduce((x, y) => (y.t > x.t ? y : x));
    const key = (m.packet.way === 1 ? 'return_' : '') + between(from, m, sim);
    places.set(key, (places.get(key) ?? 0) + 1);
    conns.set(conn, (conns.get(conn) ?? new Set()).add(key));
  }
  return { places, conns };
}

/** The same packet, however segmentation cut it. */
function samePacket(x: Sighting, y: Sighting): boolean {
  return Math.abs(x.t - y.t) <= 1e8 && x.packet.error === undefined && sameBytes(x.packet, y.packet);
}

/** Packets of one conversation with the same bytes of the sequence space, or the same datagram. */
export function sameBytes(p: Packet, q: Packet): boolean {
  if (p.way !== q.way) return false;
  if (p.conn.protocol !== 6) return p === q;
  const [a, b] = [lengthOf(p.payload, p.flags), lengthOf(q.payload, q.flags)];
  return a > 0 && b > 0 && ((q.seq - p.seq) | 0) < a && ((p.seq - q.seq) | 0) < b;
}

function lengthOf(payload: number, flags: number): number {
  return payload + (flags & 2 ? 1 : 0) + (flags & 1);
}

/** An answer, or the acknowledgement of what was sent but once, proves that it passed. Bare acknowledgements count as nothing. */
function provedOtherwise(m: Sighting, captured: readonly Sighting[]): boolean {
  const p = m.packet;
  if (p.conn.protocol === 1 || p.conn.protocol === 58)
    return p.way === 0 && captured.some((s) => s.packet.way === 1 && s.packet.seq === p.seq);
  if (p.conn.protocol !== 6) return false;
  const length = lengthOf(p.payload, p.flags);
  if (length === 0) return true;
  const stations = new Map<string, number>();
  for (const s of captured)
    if (s.packet.way === p.way && sameBytes(s.packet, p))
      stations.set(s.station, (stations.get(s.station) ?? 0) + 1);
  const acked = captured.some(
    (s) =>
      s.packet.way !== p.way && (s.packet.flags & 16) !== 0 && ((s.packet.ack - p.seq - length) | 0) >= 0,
  );
  return acked && Math.max(0, ...stations.values()) <= 1;
}

function between(from: Sighting, to: Sighting, sim: Simulated): Place {
  const [a, b] = [nodeOf(from, sim), nodeOf(to, sim)];
  return a !== b ? 'vpc' : a === 1 ? 'src_node' : 'dst_node';
}

function nodeOf(s: Sighting, sim: Simulated): number {
  const { client, server } = s.packet.conn;
  if (!s.station.startsWith('veth')) return Number(s.station.split(':')[1]);
  const host = [client, server].find((h) => s.station === `veth:${h.name}`);
  return host?.node ?? (sim.sameNode ? 1 : 0);
}
