/**
 * Counts the packets of each flow at each point with tshark: the judge is not our own reader.
 * Lengths are those on the wire (`frame.len`).
 */
import { run } from './shell.js';
import type { FlowSpec } from './types.js';

export interface Counts {
  fwd: number;
  rev: number;
  icmp_err: number;
  syn: number;
  synack: number;
  rst_fwd: number;
  rst_rev: number;
  fwd_bytes: number;
  rev_bytes: number;
}

export interface Tuple {
  readonly src: string;
  readonly sport: number;
  readonly dst: string;
  readonly dport: number;
}

/** One frame, reduced to the innermost five-tuple; `error` marks an ICMP error about that tuple. */
export interface Frame extends Tuple {
  /** Seconds since 1970, as the file says. */
  readonly time: number;
  readonly length: number;
  readonly ifindex: number;
  readonly proto: 'tcp' | 'udp' | 'icmp' | 'other';
  readonly flags: number;
  readonly error: boolean;
  /** For ICMP echo: whether it is the request. */
  readonly request: boolean;
}

const FIELDS = [
  'frame.time_epoch',
  'frame.len',
  'sll.ifindex',
  'ip.src',
  'ip.dst',
  'ipv6.src',
  'ipv6.dst',
  'tcp.srcport',
  'tcp.dstport',
  'tcp.flags',
  'udp.srcport',
  'udp.dstport',
  'icmp.type',
  'icmp.ident',
  'icmpv6.type',
  'icmpv6.echo.identifier',
] as const;

export async function readFrames(path: string): Promise<Frame[]> {
  const fields = FIELDS.flatMap((field) => ['-e', field]);
  const preferences = ['-o', 'ip.defragment:FALSE', '-o', 'tcp.desegment_tcp_streams:FALSE'];
  const options = [
    '-n',
    ...preferences,
    '-T',
    'fields',
    '-E',
    'occurrence=a',
    '-E',
    'aggregator=,',
    '-E',
    'separator=/t',
  ];
  const text = await run(['tshark', '-r', path, ...options, ...fields]);
  return text.split('\n').filter(Boolean).map(parseFrame);
}

/** With several headers in one frame (tunnel, ICMP error) the last one is the inner one. */
function parseFrame(line: string): Frame {
  const columns = line.split('\t');
  const column = (name: (typeof FIELDS)[number]): string => columns[FIELDS.indexOf(name)] ?? '';
  const last = (name: (typeof FIELDS)[number]): string => column(name).split(',').at(-1) ?? '';
  const first = (name: (typeof FIELDS)[number]): string => column(name).split(',')[0] ?? '';
  const type4 = first('icmp.type');
  const type6 = first('icmpv6.type');
  const error = ['3', '4', '5', '11', '12'].includes(type4) || ['1', '2', '3', '4'].includes(type6);
  const proto = column('tcp.srcport')
    ? 'tcp'
    : type4 || type6
      ? 'icmp'
      : column('udp.srcport')
        ? 'udp'
        : 'other';
  const udpInside = error && column('udp.srcport') !== '';
  const kind = proto === 'icmp' && udpInside ? 'udp' : proto;
  const echo = last('icmp.ident') || last('icmpv6.echo.identifier');
  return {
    time: Number(column('frame.time_epoch')),
    length: Number(column('frame.len')),
    ifindex: Number(column('sll.ifindex') || 0),
    proto: kind,
    src: last('ip.src') || last('ipv6.src'),
    dst: last('ip.dst') || last('ipv6.dst'),
    sport: kind === 'icmp' ? Number(echo) : Number(last(kind === 'udp' ? 'udp.srcport' : 'tcp.srcport') || 0),
    dport: kind === 'icmp' ? Number(echo) : Number(last(kind === 'udp' ? 'udp.dstport' : 'tcp.dstport') || 0),
    flags: Number.parseInt(first('tcp.flags') || '0', 16),
    error,
    request:
      type4 === '8' ||
      type6 === '128' ||
      (error && (last('icmp.type') === '8' || last('icmpv6.type') === '128')),
  };
}

/** The way a frame goes relative to the flow, or null when it is not of the flow. */
export function directionOf(frame: Frame, flow: FlowSpec, tuples: readonly Tuple[]): 'fwd' | 'rev' | null {
  if (frame.proto !== flow.proto) return null;
  for (const t of tuples) {
    if (flow.proto === 'icmp') {
      if (frame.sport !== t.sport) continue;
      if (frame.src === t.src && frame.dst === t.dst && frame.request) return 'fwd';
      if (frame.src === t.dst && frame.dst === t.src && !frame.request) return 'rev';
      continue;
    }
    if (frame.src === t.src && frame.dst === t.dst && frame.sport === t.sport && frame.dport === t.dport)
      return 'fwd';
    if (frame.src === t.dst && frame.dst === t.src && frame.sport === t.dport && frame.dport === t.sport)
      return 'rev';
  }
  return null;
}

const SYN = 0x02;
const RST = 0x04;
const ACK = 0x10;

export function countFlow(frames: readonly Frame[], flow: FlowSpec, tuples: readonly Tuple[]): Counts {
  const c: Counts = {
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
  for (const frame of frames) {
    const way = directionOf(frame, flow, tuples);
    if (way === null) continue;
    if (frame.error) {
      c.icmp_err++;
      continue;
    }
    c[way]++;
    c[`${way}_bytes`] += frame.length;
    if ((frame.flags & (SYN | ACK)) === SYN) c.syn++;
    if ((frame.flags & (SYN | ACK)) === (SYN | ACK)) c.synack++;
    if (frame.flags & RST) c[`rst_${way}`]++;
  }
  return c;
}
