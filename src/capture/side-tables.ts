import type { ArpSummary, CaptureFlow, DnsMessage, LinkSender, MacPair } from '../model/capture.js';
import { be16, be32 } from './bytes.js';
import { ipv4Text, macText } from './text.js';
import { WordTable } from './word-table.js';

const MAX_MAC_PAIRS = 256;
const MAX_SENDERS = 4096;
const MAX_ARP = 1024;
const MAX_DNS = 200_000;

/** Counts (interface, source MAC, destination MAC) of frames. */
export class MacTable {
  leftOut = 0;
  private readonly table = new WordTable(MAX_MAC_PAIRS);
  private readonly counts = new Float64Array(MAX_MAC_PAIRS);
  /** The pair met last and the one before: mostly the two ways of one link. */
  private latest = -1;
  private before = -1;

  /** The first twelve bytes of the Ethernet header as three words. */
  add(iface: number, a: number, b: number, c: number): void {
    if (this.before >= 0 && this.is(this.before, iface, a, b, c)) {
      const index = this.before;
      this.before = this.latest;
      this.latest = index;
    } else if (this.latest < 0 || !this.is(this.latest, iface, a, b, c)) {
      const index = this.table.intern(iface, a, b, c);
      if (index < 0) {
        this.leftOut++;
        return;
      }
      this.before = this.latest;
      this.latest = index;
    }
    this.counts[this.latest]! += 1;
  }

  private is(index: number, iface: number, a: number, b: number, c: number): boolean {
    const { words } = this.table;
    const w = index * 4;
    return words[w] === iface && words[w + 1] === a && words[w + 2] === b && words[w + 3] === c;
  }

  list(): MacPair[] {
    const pairs: MacPair[] = [];
    const view = new DataView(new ArrayBuffer(12));
    for (let i = 0; i < this.table.count; i++) {
      for (let k = 0; k < 3; k++) view.setInt32(k * 4, this.table.words[i * 4 + 1 + k]!);
      const bytes = new Uint8Array(view.buffer);
      const iface = this.table.words[i * 4]!;
      pairs.push({ iface, src: macText(bytes, 6), dst: macText(bytes, 0), packets: this.counts[i]! });
    }
    return pairs;
  }
}

/** The first MAC that handed the node packets of each flow and way, of cooked v1 captures. */
export class SenderTable {
  private readonly macs = new WordTable(MAX_MAC_PAIRS);
  /** Number of the MAC, from 1, at flow * 2 + way. */
  private first = new Uint16Array(1024);

  /** `o`: where the six bytes of the sender's address begin. */
  add(flow: number, way: number, buf: Uint8Array, o: number): void {
    const at = flow * 2 + way;
    if (at >= this.first.length) {
      const larger = new Uint16Array(Math.max(at + 1, this.first.length * 2));
      larger.set(this.first);
      this.first = larger;
    }
    if (this.first[at] === 0) this.first[at] = this.macs.intern(be16(buf, o), be32(buf, o + 2), 0, 0) + 1;
  }

  list(flows: readonly CaptureFlow[]): LinkSender[] {
    const seen = new Map<string, LinkSender>();
    const bytes = new Uint8Array(6);
    const view = new DataView(bytes.buffer);
    for (let at = 0; at < Math.min(this.first.length, flows.length * 2); at++) {
      const n = this.first[at]! - 1;
      if (n < 0) continue;
      view.setUint16(0, this.macs.words[n * 4]!);
      view.setInt32(2, this.macs.words[n * 4 + 1]!);
      const flow = flows[at >> 1]!;
      const sender = { mac: macText(bytes, 0), ip: at % 2 === 0 ? flow.a : flow.b };
      if (seen.size < MAX_SENDERS) seen.set(`${sender.mac} ${sender.ip}`, sender);
    }
    return [...seen.values()];
  }
}

/** ARP for IPv4 over Ethernet, one summary per (interface, operation, sender, target). */
export class ArpTable {
  leftOut = 0;
  private readonly entries = new Map<string, { -readonly [K in keyof ArpSummary]: ArpSummary[K] }>();

  /**
   * `o`: where the ARP header begins (hardware type 2, protocol 2, lengths 1 + 1, operation 2, sender MAC 6 and
   * IP 4, target MAC 6 and IP 4). Returns whether it is a request or a reply of that kind.
   */
  add(iface: number, buf: Uint8Array, o: number, time: number): boolean {
    const operation = be16(buf, o + 6);
    if (be32(buf, o + 2) !== 0x08000604 || (operation !== 1 && operation !== 2)) return false;
    const senderMac = macText(buf, o + 8);
    const senderIp = ipv4Text(be32(buf, o + 14));
    const targetIp = ipv4Text(be32(buf, o + 24));
    const key = `${iface} ${operation} ${senderMac} ${senderIp} ${targetIp}`;
    const known = this.entries.get(key);
    if (known !== undefined) {
      known.packets++;
      known.firstNs = Math.min(known.firstNs, time);
      known.lastNs = Math.max(known.lastNs, time);
    } else if (this.entries.size >= MAX_ARP) {
      this.leftOut++;
    } else {
      const op = operation === 1 ? 'request' : 'reply';
      this.entries.set(key, {
        iface,
        op,
        senderMac,
        senderIp,
        targetIp,
        packets: 1,
        firstNs: time,
        lastNs: time,
      });
    }
    return true;
  }

  list(): ArpSummary[] {
    return [...this.entries.values()];
  }
}

/** DNS messages in order of their packets. */
export class DnsTable {
  leftOut = 0;
  readonly messages: DnsMessage[] = [];
  /** Names repeat: one copy of each. */
  private readonly names = new Map<string, string>();

  add(message: DnsMessage): void {
    if (this.messages.length >= MAX_DNS) {
      this.leftOut++;
      return;
    }
    const known = this.names.get(message.qname);
    if (known === undefined) this.names.set(message.qname, message.qname);
    this.messages.push(known === undefined ? message : { ...message, qname: known });
  }
}
