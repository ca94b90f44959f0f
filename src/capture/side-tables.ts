import type { ArpSummary, DnsMessage, MacPair } from '../model/capture.js';
import { be16, be32 } from './bytes.js';
import { ipv4Text, macText } from './text.js';
import { WordTable } from './word-table.js';

const MAX_MAC_PAIRS = 256;
const MAX_ARP = 1024;
const MAX_DNS = 200_000;

/** Counts (interface, source MAC, destination MAC) of frames. */
export class MacTable {
  leftOut = 0;
  private readonly table = new WordTable(MAX_MAC_PAIRS);
  private readonly counts = new Float64Array(MAX_MAC_PAIRS);

  /** `o`: where the Ethernet header begins. */
  add(iface: number, buf: Uint8Array, o: number): void {
    const index = this.table.intern(iface, be32(buf, o), be32(buf, o + 4), be32(buf, o + 8));
    if (index < 0) this.leftOut++;
    else this.counts[index]! += 1;
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
