import type { CaptureFlow } from '../model/capture.js';
import { PROTO_ICMP, PROTO_ICMPV6, PROTO_SCTP, PROTO_TCP, PROTO_UDP } from '../model/capture.js';

const NAMES: ReadonlyMap<number, string> = new Map([
  [PROTO_ICMP, 'icmp'],
  [PROTO_TCP, 'tcp'],
  [PROTO_UDP, 'udp'],
  [PROTO_ICMPV6, 'icmpv6'],
  [PROTO_SCTP, 'sctp'],
]);

export function protocolName(protocol: number): string {
  return NAMES.get(protocol) ?? `protocol ${protocol}`;
}

/** `10.0.0.1:80`, `[fd00::1]:80`, or the address alone where the protocol has no ports. */
export function endText(flow: CaptureFlow, end: 'a' | 'b'): string {
  const address = flow[end];
  if (flow.protocol !== PROTO_TCP && flow.protocol !== PROTO_UDP && flow.protocol !== PROTO_SCTP)
    return address;
  return withPort(address, end === 'a' ? flow.aPort : flow.bPort);
}

export function withPort(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Latest time that a Date can hold, in milliseconds. */
const MAX_DATE = 8_640_000_000_000_000n;

/** ISO 8601 with microseconds; null for times that no calendar has (a damaged or hostile file). */
export function isoMicros(ns: bigint): string | null {
  const micros = ns < 0n ? (ns - 999n) / 1000n : ns / 1000n;
  const rest = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const ms = (micros - rest) / 1000n;
  if (ms > MAX_DATE || ms < -MAX_DATE) return null;
  return `${new Date(Number(ms)).toISOString().slice(0, -5)}.${String(rest).padStart(6, '0')}Z`;
}

/** `850 µs`, `12.3 ms`, `4.20 s`, `3.5 min`, of nanoseconds. */
export function durationText(ns: number): string {
  if (ns < 1e6) return `${Math.round(ns / 1e3)} µs`;
  if (ns < 1e9) return `${(ns / 1e6).toFixed(ns < 1e7 ? 1 : 0)} ms`;
  if (ns < 120e9) return `${(ns / 1e9).toFixed(ns < 10e9 ? 2 : 1)} s`;
  return ns < 7200e9 ? `${(ns / 60e9).toFixed(1)} min` : `${(ns / 3600e9).toFixed(1)} h`;
}

/** `0.3 %`, with enough digits to tell it from nothing. */
export function percent(part: number, of: number): string {
  if (of === 0) return '0 %';
  const p = (part / of) * 100;
  return `${p === 0 || p >= 10 ? Math.round(p) : p >= 0.1 ? p.toFixed(1) : '<0.1'} %`;
}

/** An example that is about no one packet. */
export function clockless(text: string): { time: null; src: null; dst: null; text: string } {
  return { time: null, src: null, dst: null, text };
}
