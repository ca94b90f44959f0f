import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { NO_FLOW, packetTimeNs } from '../../src/capture/columns.js';
import {
  BIT_DF,
  BIT_FRAG_FIRST,
  BIT_FRAG_LATER,
  BIT_ICMP_ERROR,
  PROTO_TCP,
  PROTO_UDP,
  TCP_SYN,
  type CaptureTable,
} from '../../src/model/capture.js';
import { captureCases } from '../support/example-cases.js';
import {
  EPOCH_NS,
  arpPacket,
  bytes,
  echoPacket,
  ethernet,
  icmpErrorPacket,
  ip,
  pcapFile,
  pcapngFile,
  sll2,
  tcp,
  tcpPacket,
  udp,
  udpPacket,
  vxlanPacket,
} from '../support/pcap-writer.js';
import { readBytes } from '../support/read-bytes.js';
import { hasTshark, tsharkFields } from '../support/tshark.js';

const FIELDS = [
  'frame.time_epoch',
  'frame.len',
  'ip.src',
  'ip.dst',
  'ipv6.src',
  'ipv6.dst',
  'ip.ttl',
  'ipv6.hlim',
  'ip.id',
  'ip.len',
  'ip.flags.df',
  'tcp.srcport',
  'tcp.dstport',
  'udp.srcport',
  'udp.dstport',
  'udp.length',
  'tcp.seq_raw',
  'tcp.ack_raw',
  'tcp.flags',
  'tcp.len',
  'tcp.window_size_value',
  'tcp.options.mss_val',
  'tcp.options.timestamp.tsval',
] as const;
type Fields = Record<(typeof FIELDS)[number], string>;

const folder = mkdtempSync(path.join(tmpdir(), 'netcheck-test-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What tshark should say of row `i`, in its own words. Only the fields that the row's packet has. */
function expectedOf(table: CaptureTable, i: number): Partial<Fields> {
  const c = table.columns;
  const ns = packetTimeNs(table, i);
  const time = `${ns / 1_000_000_000n}.${String(ns % 1_000_000_000n).padStart(9, '0')}`;
  if (c.flow[i] === NO_FLOW) return { 'frame.time_epoch': time };
  const flow = table.flows[c.flow[i]!]!;
  const [src, dst, sport, dport] =
    c.way[i] === 0 ? [flow.a, flow.b, flow.aPort, flow.bPort] : [flow.b, flow.a, flow.bPort, flow.aPort];
  const out: Partial<Fields> = { 'frame.time_epoch': time };
  if (src.includes(':')) {
    Object.assign(out, { 'ipv6.src': src, 'ipv6.dst': dst, 'ipv6.hlim': String(c.ttl[i]) });
  } else {
    Object.assign(out, {
      'ip.src': src,
      'ip.dst': dst,
      'ip.ttl': String(c.ttl[i]),
      'ip.id': `0x${c.ipId[i]!.toString(16).padStart(4, '0')}`,
      'ip.len': String(c.ipLength[i]),
      'ip.flags.df': (c.bits[i]! & BIT_DF) !== 0 ? '1' : '0',
    });
  }
  if ((c.bits[i]! & (BIT_FRAG_LATER | BIT_ICMP_ERROR)) !== 0) return out;
  if (flow.protocol === PROTO_UDP) {
    Object.assign(out, { 'udp.srcport': String(sport), 'udp.dstport': String(dport) });
    // Of fragments the column counts their own bytes.
    if ((c.bits[i]! & BIT_FRAG_FIRST) === 0) out['udp.length'] = String(c.payload[i]! + 8);
  }
  if (flow.protocol === PROTO_TCP) {
    Object.assign(out, {
      'tcp.srcport': String(sport),
      'tcp.dstport': String(dport),
      'tcp.seq_raw': String(c.seq[i]),
      'tcp.ack_raw': String(c.ack[i]),
      'tcp.flags': `0x${c.flags[i]!.toString(16).padStart(4, '0')}`,
      'tcp.len': String(c.payload[i]),
      'tcp.window_size_value': String(c.window[i]),
    });
    if ((c.flags[i]! & TCP_SYN) !== 0 && c.aux[i] !== 0) out['tcp.options.mss_val'] = String(c.aux[i]);
    if (c.tsval[i] !== 0) out['tcp.options.timestamp.tsval'] = String(c.tsval[i]);
  }
  return out;
}

async function compare(content: Uint8Array, occurrence: 'f' | 'l' = 'f'): Promise<CaptureTable> {
  const file = path.join(folder, 'x.pcap');
  writeFileSync(file, content);
  const theirs = tsharkFields(file, FIELDS, occurrence);
  const table = await readBytes(content);
  expect(table.packets).toBe(theirs.length);
  expect(table.wireBytes).toBe(theirs.reduce((sum, fields) => sum + Number(fields['frame.len']), 0));
  for (let i = 0; i < table.packets; i++) {
    const ours = expectedOf(table, i);
    const same = Object.fromEntries(Object.keys(ours).map((key) => [key, theirs[i]![key as keyof Fields]]));
    expect({ row: i, ...ours }).toEqual({ row: i, ...same });
    // A packet that is IP to tshark is one here, too, unless the snap length cut its header.
    if (table.malformed > 0) continue;
    if (theirs[i]!['ip.src'] + theirs[i]!['ipv6.src'] !== '') expect(table.columns.flow[i]).not.toBe(NO_FLOW);
  }
  return table;
}

const u32 = fc.integer({ min: 0, max: 0xffffffff });
const port = fc.integer({ min: 1024, max: 65535 }).filter((p) => ![4789, 8472, 6081].includes(p));
const host4 = fc.integer({ min: 1, max: 254 }).map((n) => `10.${n % 3}.0.${n}`);
const host6 = fc.integer({ min: 1, max: 0xffff }).map((n) => `2001:db8:${n % 5}::${n.toString(16)}`);

/** Options of a packet between random ends of either version. */
const base = fc.oneof(
  ...[host4, host6].map((host) =>
    fc.record({
      src: host,
      dst: host,
      sport: port,
      dport: port,
      ttl: fc.integer({ min: 1, max: 255 }),
      id: fc.integer({ min: 0, max: 65535 }),
      df: fc.boolean(),
      seq: u32,
      ack: u32,
      window: fc.integer({ min: 0, max: 65535 }),
      flags: fc.constantFrom('S', 'SA', 'A', 'PA', 'R', 'RA', 'FA', 'PAEC'),
      mss: fc.option(fc.integer({ min: 1, max: 65535 }), { nil: undefined }),
      tsval: fc.option(u32, { nil: undefined }),
      payload: fc.uint8Array({ maxLength: 150 }),
      padTo: fc.constantFrom(0, 60),
      vlan: fc.constantFrom([], [5], [5, 6]),
    }),
  ),
);
type Base = typeof base extends fc.Arbitrary<infer T> ? T : never;

/** Without the options that are undefined. */
function given(o: Base): Parameters<typeof tcpPacket>[0] {
  const { mss, tsval, ...rest } = o;
  return { ...rest, ...(mss === undefined ? {} : { mss }), ...(tsval === undefined ? {} : { tsval }) };
}

const MAKERS: readonly ((o: Base) => Uint8Array)[] = [
  (o) => tcpPacket(given(o)),
  (o) => tcpPacket(given(o)),
  (o) => udpPacket(o),
  (o) => echoPacket({ ...o, echoId: o.sport, sequence: o.id, payload: 'ping' }),
  (o) => icmpErrorPacket({ ...o, ...errorKind(o), quoted: ip(6, o, tcp(given(o))).subarray(0, 60) }),
  () => arpPacket({ op: 'request', senderIp: '10.0.0.1', targetIp: '10.0.0.2' }),
  (o) => fragment(o, 0, true),
  (o) => fragment(o, 64, false),
];

function errorKind(o: Base): { type: number; code: number } {
  return o.src.includes(':') ? { type: 1, code: 4 } : { type: 3, code: 3 };
}

function fragment(o: Base, offset: number, more: boolean): Uint8Array {
  const datagram = udp({ ...o, payload: new Uint8Array(120).fill(7) });
  const part = datagram.subarray(offset, offset + 64);
  return ethernet(o.src.includes(':') ? 0x86dd : 0x0800, ip(17, { ...o, offset, more }, part));
}

function randomFrames(n: number, seed: number): Uint8Array[] {
  const pick = fc.tuple(fc.constantFrom(...MAKERS), base);
  return fc.sample(pick, { numRuns: n, seed }).map(([make, o]) => make(o));
}

describe('tshark', () => {
  if (!hasTshark) {
    it.skip('skipped: needs tshark');
    return;
  }

  it('agrees on 1500 random packets of classic pcap', async () => {
    const table = await compare(pcapFile(randomFrames(1500, 1), { ns: true }));
    expect(table.malformed + table.otherFrames).toBe(0);
  });

  it('agrees on pcapng with nanoseconds, big endian', async () => {
    const frames = randomFrames(200, 2).map((data, i) => ({
      data,
      timeNs: EPOCH_NS + BigInt(i * 1_000_003),
    }));
    await compare(pcapngFile(frames, { tsresol: 9, bigEndian: true }));
  });

  it('agrees on cooked and raw captures', async () => {
    const packets = fc
      .sample(base, { numRuns: 200, seed: 3 })
      .map((o) => ({ o, packet: ip(6, o, tcp(given(o))) }));
    const cooked = packets.map(({ o, packet }, i) =>
      sll2(o.src.includes(':') ? 0x86dd : 0x0800, i % 3, 0, packet),
    );
    await compare(pcapFile(cooked, { linkType: 276 }));
    await compare(
      pcapFile(
        packets.map((p) => p.packet),
        { linkType: 101, bigEndian: true },
      ),
    );
  });

  it('agrees on what is in tunnels', async () => {
    const outer = { src: '192.168.0.1', dst: '192.168.0.2', ttl: 99 };
    const inner = fc.sample(base, { numRuns: 200, seed: 4 });
    const frames = inner.map((o, i) => {
      const packet = ip(6, o, tcp(given(o)));
      if (i % 2 === 0) return vxlanPacket({ ...outer, inner: tcpPacket({ ...given(o), vlan: [] }) });
      return ethernet(0x0800, ip(o.src.includes(':') ? 41 : 4, outer, packet));
    });
    await compare(pcapFile(frames), 'l');
  });

  it('agrees on packets cut by the snap length', async () => {
    const frames = randomFrames(300, 5).filter((frame) => frame.length >= 14);
    const cut = frames.map((data) => ({ data: data.subarray(0, 78), originalLength: data.length }));
    await compare(pcapFile(cut, { snapLength: 78 }));
  });

  it('agrees on the bytes of TCP options in any order', async () => {
    const frame = tcpPacket({
      src: '10.0.0.1',
      dst: '10.0.0.2',
      sport: 1,
      dport: 2,
      flags: 'S',
      mss: 1,
      tsval: 1,
    });
    const options = [
      bytes(2, 4, 5, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0),
      bytes(1, 3, 3, 7, 8, 10, 9, 9, 9, 9, 0, 0, 0, 0, 0, 0),
      bytes(8, 10, 1, 1, 1, 1, 0, 0, 0, 0, 1, 2, 4, 1, 0, 0),
    ];
    const frames = options.map((o) => {
      const copy = frame.slice();
      copy.set(o, 54);
      return copy;
    });
    await compare(pcapFile(frames));
  });

  // EKS_NETCHECK_ALL=1 compares every capture of the example cases.
  const cases = captureCases();
  const few = process.env['EKS_NETCHECK_ALL'] === '1' ? cases : cases.slice(0, 2);
  if (cases.length === 0) it.skip('skipped: needs the example cases');
  it.each(few.map((truth) => [truth.case, truth] as const))(
    'agrees on the captures of %s',
    async (_, truth) => {
      const captures = Object.entries(truth.files).filter(([role]) => role in truth.packets_in_file);
      for (const [, file] of captures) await compare(readFileSync(path.join(truth.folder, file)));
    },
  );
});
