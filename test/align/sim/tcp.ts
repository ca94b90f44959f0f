import type { Clockwork } from './clockwork.js';
import type { Conn, Network, Packet } from './network.js';
import { mix, type Random } from './random.js';

const MS = 1e6;
const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;

export interface TcpScript {
  /** Bytes asked and answered, one exchange after the other. */
  readonly exchanges: readonly { readonly ask: number; readonly answer: number; readonly pause: number }[];
  readonly mss: number;
  /** Send super-packets as segmentation offload does. */
  readonly gso: boolean;
  /** The client gives up after this long without progress, nanoseconds. */
  readonly patience: number;
  readonly close: 'fin' | 'rst' | 'none';
  readonly linearSyn: boolean;
  readonly timestamps: boolean;
}

/** One side of a connection. Offsets: 0 is the SYN, data begins at 1. */
class Side {
  una = 0;
  next = 0;
  /** Bytes handed over by the application, counted with the SYN. */
  ready = 1;
  closing = false;
  finAt = -1;
  received = 0;
  private readonly early: [number, number][] = [];
  private cwnd: number;
  private dupAcks = 0;
  private rto: number;
  private timer = 0;
  private recoverTo = -1;
  private delayed = 0;
  private unacked = 0;
  dead = false;
  private silentSince = 0;
  synTries = 0;
  private readonly tsBase: number;
  peer!: Side;
  onData: (received: number) => void = () => undefined;

  constructor(
    private readonly net: Network,
    private readonly clock: Clockwork,
    readonly conn: Conn,
    private readonly way: 0 | 1,
    private readonly isn: number,
    private readonly script: TcpScript,
    random: Random,
  ) {
    this.cwnd = 10 * script.mss;
    this.rto = way === 0 ? 1000 * MS : 1000 * MS;
    this.tsBase = random.int(1, 2 ** 31);
  }

  private emit(from: number, payload: number, flags: number): void {
    const syn = (flags & SYN) !== 0;
    const packet: Packet = {
      conn: this.conn,
      way: this.way,
      payload,
      content: payload > 0 ? (mix(this.conn.id, this.way) & 0xfffffff) + from : 0,
      ipId: syn && this.way === 1 ? 0 : this.net.nextId(),
      df: true,
      flags,
      seq: (this.isn + from) >>> 0,
      ack: flags & ACK ? (this.peer.isn + this.received) >>> 0 : 0,
      tsval: this.script.timestamps ? (this.tsBase + Math.floor(this.clock.now / MS)) >>> 0 : 0,
      mss: syn ? this.script.mss + 12 : this.script.mss,
      headers: (this.conn.client.ip.includes(':') ? 40 : 20) + (syn ? 40 : this.script.timestamps ? 32 : 20),
    };
    this.unacked = 0;
    this.delayed++;
    this.net.send(packet);
  }

  open(): void {
    this.synTries++;
    this.next = 1;
    this.emit(0, 0, this.way === 0 ? SYN : SYN | ACK);
    this.arm();
  }

  write(bytes: number): void {
    this.ready += bytes;
    this.push();
  }

  shut(): void {
    this.closing = true;
    this.push();
  }

  abort(): void {
    if (this.dead) return;
    this.dead = true;
    this.emit(this.next, 0, RST | ACK);
  }

  private push(): void {
    if (this.dead || this.una === 0) return;
    while (this.next < this.ready && this.next - this.una < this.cwnd) {
      const room = this.script.gso ? 64_000 - (64_000 % this.script.mss) : this.script.mss;
      const n = Math.min(
        room,
        this.ready - this.next,
        Math.max(this.script.mss, this.cwnd - (this.next - this.una)),
      );
      const from = this.next;
      this.next += n;
      this.emit(from, n, ACK | 8);
    }
    if (this.closing && this.next === this.ready && this.finAt < 0) {
      this.finAt = this.next;
      this.next++;
      this.emit(this.finAt, 0, FIN | ACK);
    }
    if (this.una < this.next && this.timer === 0) this.arm();
  }

  private arm(): void {
    const id = ++timers;
    this.timer = id;
    if (this.silentSince === 0) this.silentSince = this.clock.now;
    this.clock.after(this.rto, () => {
      if (this.timer === id && !this.dead && this.una < this.next) this.timeout();
    });
  }

  private timeout(): void {
    if (this.clock.now - this.silentSince > this.script.patience) {
      // A server stops answering of itself, and answers the next SYN again.
      if (this.una === 0 && this.way === 1) {
        this.timer = 0;
        return;
      }
      // A SYN_SENT socket that is closed sends nothing.
      if (this.una === 0 || this.finAt >= 0) this.dead = true;
      else this.shut();
      if (this.dead) return;
    }
    if (this.una === 0) {
      this.synTries++;
      if (!(this.script.linearSyn && this.synTries <= 4)) this.rto = Math.min(this.rto * 2, 60_000 * MS);
      this.emit(0, 0, this.way === 0 ? SYN : SYN | ACK);
    } else {
      this.rto = Math.min(this.rto * 2, 60_000 * MS);
      this.recoverTo = this.next;
      this.cwnd = this.script.mss;
      this.resend();
    }
    this.arm();
  }

  private resend(): void {
    if (this.una === this.finAt) this.emit(this.finAt, 0, FIN | ACK);
    else {
      const n = Math.min(this.script.mss, this.ready - this.una);
      this.emit(this.una, n, ACK);
    }
  }

  receive(p: Packet): void {
    if (p.error !== undefined) {
      if (p.error.mtu === 0 && this.una === 0) this.dead = true;
      return;
    }
    if (this.dead) return;
    if (p.flags & RST) {
      this.dead = true;
      return;
    }
    if (p.flags & ACK) this.acked(p);
    const length = p.payload + (p.flags & SYN ? 1 : 0) + (p.flags & FIN ? 1 : 0);
    if (length === 0) return;
    const from = (p.seq - this.peer.isn) >>> 0;
    this.take(from, from + length, p);
  }

  private acked(p: Packet): void {
    const upTo = (p.ack - this.isn) >>> 0;
    if (upTo > this.next) return;
    if (upTo > this.una) {
      const opened = this.una === 0;
      this.cwnd += Math.min(upTo - this.una, 2 * this.script.mss * 10);
      this.una = upTo;
      this.dupAcks = 0;
      this.rto = 210 * MS;
      this.silentSince = 0;
      this.timer = 0;
      if (opened) this.onOpen();
      if (this.recoverTo > this.una) this.resend();
      else this.recoverTo = -1;
      if (this.una < this.next) this.arm();
      this.push();
    } else if (upTo === this.una && this.una < this.next && p.payload === 0 && !(p.flags & (SYN | FIN))) {
      if (++this.dupAcks === 3 && this.recoverTo < 0 && this.una > 0) {
        this.recoverTo = this.next;
        this.resend();
      }
    }
  }

  onOpen: () => void = () => undefined;

  private take(from: number, to: number, p: Packet): void {
    const inOrder = from <= this.received && to > this.received;
    if (inOrder) {
      this.received = to;
      this.early.sort((x, y) => x[0] - y[0]);
      while (this.early.length > 0 && this.early[0]![0] <= this.received) {
        const e = this.early.shift()!;
        if (e[1] > this.received) this.received = e[1];
      }
    } else if (from > this.received) this.early.push([from, to]);
    if (p.flags & SYN) {
      if (this.way === 1 && this.una === 0) {
        if (this.synTries === 0) this.open();
        else this.emit(0, 0, SYN | ACK);
        return;
      }
      this.emit(this.next, 0, ACK);
      return;
    }
    this.unacked++;
    const before = this.delayed;
    if (inOrder) this.onData(this.received);
    if (this.delayed !== before) return;
    if (!inOrder || this.unacked >= 2 || p.flags & FIN || p.payload > this.script.mss)
      this.emit(this.next, 0, ACK);
    else
      this.clock.after(40 * MS, () => {
        if (this.delayed === before && !this.dead) this.emit(this.next, 0, ACK);
      });
  }
}

let timers = 0;

/** Runs one connection by its script, beginning now. */
export function runTcp(net: Network, clock: Clockwork, random: Random, conn: Conn, script: TcpScript): void {
  const client = new Side(
    net,
    clock,
    conn,
    0,
    // Some wrap around soon; no two alike, for real ones never are.
    random.chance(0.1) ? 0xfffffff0 - 5 * conn.id : random.int(0, 0xffffffff),
    script,
    random,
  );
  const server = new Side(net, clock, conn, 1, random.int(0, 0xffffffff), script, random);
  client.peer = server;
  server.peer = client;
  net.listen(conn, 0, (p) => server.receive(p));
  net.listen(conn, 1, (p) => client.receive(p));
  let i = 0;
  let asked = 1;
  let answered = 1;
  const ask = (): void => {
    const e = script.exchanges[i];
    if (client.dead) return;
    if (e === undefined) {
      if (script.close === 'rst') client.abort();
      else if (script.close === 'fin') client.shut();
      return;
    }
    asked += e.ask;
    answered += e.answer;
    client.write(e.ask);
  };
  client.onOpen = ask;
  let replied = 0;
  server.onData = (received) => {
    const e = script.exchanges[replied];
    const wanted = script.exchanges.slice(0, replied + 1).reduce((n, x) => n + x.ask, 1);
    if (e !== undefined && received >= wanted) {
      replied++;
      clock.after((0.05 + random.next()) * MS, () => server.write(e.answer));
    } else if (e === undefined && received > asked) server.shut();
  };
  client.onData = (received) => {
    if (received !== answered || i >= script.exchanges.length) return;
    const pause = script.exchanges[i]!.pause;
    i++;
    clock.after(pause, ask);
  };
  client.open();
}
