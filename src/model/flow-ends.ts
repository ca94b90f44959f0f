/** What the ends of a flow are for people and for rules: where a protocol has no ports, none is told. */
import type { Flow, FlowEnd } from './trace.js';

type Protocol = Pick<Flow, 'protocol'>;

/** Of ICMP echoes the ports of a flow hold the identifier, which tells runs of ping apart and nothing else. */
export function hasPorts({ protocol }: Protocol): boolean {
  return protocol === 'tcp' || protocol === 'udp' || protocol === 'sctp';
}

/** The port of an end of a flow; null where it has none, or it is not known (later fragments carry none). */
export function portOf(flow: Protocol, { port }: FlowEnd): number | null {
  return hasPorts(flow) && port > 0 ? port : null;
}

/** `10.0.2.7:5432`, `[fd00::7]:5432`, or the address alone. */
export function socketText(flow: Protocol, end: FlowEnd): string {
  const port = portOf(flow, end);
  if (port === null) return end.ip;
  return `${end.ip.includes(':') ? `[${end.ip}]` : end.ip}:${String(port)}`;
}

/** `10.0.2.7 port 5432`, or the address alone. */
export function endText(ip: string, port: number | null): string {
  return port === null ? ip : `${ip} port ${String(port)}`;
}

/** The destination of a flow as the client used it, by `endText`. */
export function destinationText(flow: Flow): string {
  return endText(flow.dst.ip, portOf(flow, flow.dst));
}
