import type { CaptureFlow } from '../model/capture.js';
import { be32 } from './bytes.js';
import { ipv4Text, ipv6Text } from './text.js';
import { WordTable } from './word-table.js';

/** Flows kept apart per file; packets of further ones have no flow, and are counted. */
const MAX_FLOWS = 1_000_000;
const SIGN = 0x80000000 | 0;
const IPV6 = 0x100;

/** Both directions of a conversation under one index; the ends in (address bytes, port) order. */
export class FlowTable {
  /** Way of the packet last interned: 0 from the smaller end, 1 from the larger. */
  way = 0;
  /** Packets whose flow had no place any more. */
  leftOut = 0;
  private readonly flows: WordTable;
  private readonly addresses6: WordTable;

  constructor(limit: number = MAX_FLOWS) {
    this.flows = new WordTable(limit);
    this.addresses6 = new WordTable(limit * 2);
  }

  get count(): number {
    return this.flows.count;
  }

  /** The address as one word: itself for IPv4, an index for IPv6 (-1 when there are too many). */
  addressWord(buf: Uint8Array, o: number, six: boolean): number {
    if (!six) return be32(buf, o);
    return this.addresses6.intern(be32(buf, o), be32(buf, o + 4), be32(buf, o + 8), be32(buf, o + 12));
  }

  /** Index of the flow of a packet whose addresses are at `src` and `dst`; sets `way`. -1: no place. */
  intern(
    buf: Uint8Array,
    src: number,
    dst: number,
    six: boolean,
    protocol: number,
    sport: number,
    dport: number,
  ): number {
    const from = this.addressWord(buf, src, six);
    const to = this.addressWord(buf, dst, six);
    if (!six) return this.intern4(from, to, protocol, sport, dport);
    if (from < 0 || to < 0) return this.full();
    return this.place(compareBytes(buf, src, dst), from, to, protocol | IPV6, sport, dport);
  }

  /** The same for the two IPv4 addresses as words. */
  intern4(from: number, to: number, protocol: number, sport: number, dport: number): number {
    return this.place((from ^ SIGN) - (to ^ SIGN), from, to, protocol, sport, dport);
  }

  /** @param order below 0 where `from` is the smaller address, 0 where the two are one */
  private place(order: number, from: number, to: number, kind: number, sport: number, dport: number): number {
    const forward = order < 0 || (order === 0 && sport <= dport);
    this.way = forward ? 0 : 1;
    const index = forward
      ? this.flows.intern(from, to, (sport << 16) | dport, kind)
      : this.flows.intern(to, from, (dport << 16) | sport, kind);
    return index < 0 ? this.full() : index;
  }

  private full(): number {
    this.leftOut++;
    return -1;
  }

  /** The flows as plain values, in order of their index. */
  list(): CaptureFlow[] {
    const text4 = new Map<number, string>();
    const text6 = new Map<number, string>();
    const out: CaptureFlow[] = [];
    const { words } = this.flows;
    for (let w = 0; w < this.flows.count * 4; w += 4) {
      const kind = words[w + 3]!;
      const six = (kind & IPV6) !== 0;
      const text = (word: number): string =>
        six ? cached(text6, word, (id) => this.text6(id)) : cached(text4, word, ipv4Text);
      const ports = words[w + 2]!;
      out.push({
        protocol: kind & 0xff,
        a: text(words[w]!),
        b: text(words[w + 1]!),
        aPort: ports >>> 16,
        bPort: ports & 0xffff,
      });
    }
    return out;
  }

  private text6(id: number): string {
    const view = new DataView(new ArrayBuffer(16));
    for (let i = 0; i < 4; i++) view.setInt32(i * 4, this.addresses6.words[id * 4 + i]!);
    return ipv6Text(new Uint8Array(view.buffer));
  }
}

function cached(map: Map<number, string>, key: number, make: (key: number) => string): string {
  let text = map.get(key);
  if (text === undefined) map.set(key, (text = make(key)));
  return text;
}

function compareBytes(buf: Uint8Array, a: number, b: number): number {
  for (let i = 0; i < 16; i++) {
    const difference = buf[a + i]! - buf[b + i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}
