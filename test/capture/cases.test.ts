import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { flowKeyText } from '../../src/capture/columns.js';
import { BIT_ICMP_ERROR, TCP_ACK, TCP_RST, TCP_SYN, type CaptureTable } from '../../src/model/capture.js';
import { captureCases, type TruthCounts, type TruthFlow, type TruthTuple } from '../support/example-cases.js';
import { readBytes } from '../support/read-bytes.js';

const cases = captureCases();
const PROTOCOLS = { tcp: 6, udp: 17, icmp: 1 } as const;
/** Bytes before the IP header, by link type. */
const LINK_BYTES: Readonly<Record<number, number>> = { 1: 14, 113: 16, 276: 20 };

/** Flow key of a tuple and the way of its client. */
function keyOf(proto: TruthFlow['proto'], t: TruthTuple): { key: string; way: number } {
  const dport = proto === 'icmp' ? t.sport : t.dport;
  const number = (ip: string): number => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const forward = number(t.src) < number(t.dst) || (t.src === t.dst && t.sport <= dport);
  const ends = forward ? [t.src, t.sport, t.dst, dport] : [t.dst, dport, t.src, t.sport];
  return { key: `${PROTOCOLS[proto]} ${ends[0]}:${ends[1]} ${ends[2]}:${ends[3]}`, way: forward ? 0 : 1 };
}

function countFlow(table: CaptureTable, flow: TruthFlow): TruthCounts {
  const sum = {
    fwd: 0,
    rev: 0,
    icmp_err: 0,
    syn: 0,
    synack: 0,
    rst_fwd: 0,
    rst_rev: 0,
    fwd_bytes: 0,
    rev_bytes: 0,
  };
  const ways = new Map<number, number>();
  for (const tuple of [flow, flow.translated ?? flow]) {
    const { key, way } = keyOf(flow.proto, tuple);
    const index = table.flows.findIndex((f) => flowKeyText(f) === key);
    if (index >= 0) ways.set(index, way);
  }
  const c = table.columns;
  for (let i = 0; i < table.packets; i++) {
    if ((c.bits[i]! & BIT_ICMP_ERROR) !== 0 && ways.has(c.aux[i]! - 1)) sum.icmp_err++;
    const client = ways.get(c.flow[i]!);
    if (client === undefined) continue;
    const forward = c.way[i] === client;
    const bytes = c.ipLength[i]! + LINK_BYTES[table.interfaces[c.iface[i]!]!.linkType]!;
    sum[forward ? 'fwd' : 'rev']++;
    sum[forward ? 'fwd_bytes' : 'rev_bytes'] += bytes;
    if (flow.proto !== 'tcp') continue;
    const flags = c.flags[i]! & (TCP_SYN | TCP_ACK);
    if (flags === TCP_SYN) sum.syn++;
    if (flags === (TCP_SYN | TCP_ACK)) sum.synack++;
    if ((c.flags[i]! & TCP_RST) !== 0) sum[forward ? 'rst_fwd' : 'rst_rev']++;
  }
  return sum;
}

describe('captures of the example cases', () => {
  if (cases.length === 0) it.skip('skipped: needs the example cases');
  for (const truth of cases) {
    it(truth.case, async () => {
      for (const [role, packets] of Object.entries(truth.packets_in_file)) {
        const file = truth.files[role];
        if (file === undefined) continue;
        const table = await readBytes(readFileSync(path.join(truth.folder, file)));
        expect({ role, packets: table.packets, problems: table.problems }).toEqual({
          role,
          packets,
          problems: [],
        });
        expect([table.malformed, table.otherFrames]).toEqual([0, 0]);
        for (const flow of truth.flows) {
          const counts = flow.counts[role];
          if (counts === undefined) continue;
          expect({ role, flow: flow.id, ...countFlow(table, flow) }).toEqual({
            role,
            flow: flow.id,
            ...counts,
          });
        }
      }
    });
  }
});
