import { ICMP, ICMPV6, TCP, UDP } from '../../../src/simulate/protocol.js';
import type { SimPacket } from '../../../src/simulate/index.js';
import { allAddresses, type Addresses } from './addresses.js';
import type { ProbePacket } from './lab.js';
import type { Random } from './random.js';

/** One packet, as the kernel gets it and as the simulation is asked. */
export interface Case {
  readonly probe: ProbePacket;
  readonly sim: SimPacket;
}

/** Draws a first packet of a connection; every one has a source port and an id of its own. */
export function randomPacket(r: Random, a: Addresses, number: number): Case {
  const iif = r.weighted<string | null>([
    [5, 'eni1aa'],
    [3, 'eni2bb'],
    [3, 'eni3cc'],
    [2, 'vlan1dd'],
    [6, 'eth0'],
    [3, 'eth1'],
    [2, null],
  ]);
  const protocol =
    iif === null
      ? UDP
      : r.weighted([
          [5, TCP],
          [4, UDP],
          [1, a.family === 4 ? ICMP : ICMPV6],
        ]);
  const dport =
    protocol === TCP || protocol === UDP ? r.pick([53, 53, 80, 443, 443, 5353, 8003, 8500, 30080]) : 0;
  const invalid = protocol === TCP && r.chance(0.08);
  const sizes = [0, 0, 0, 30, 400];
  return packetCase({
    id: (number + 1) * 64,
    iif,
    src: randomSource(r, a, iif),
    dst: randomDestination(r, a),
    protocol,
    sport: 20000 + number,
    dport,
    flags: invalid ? 'SYN,ACK' : 'SYN',
    ack: (number + 1) * 64,
    icmpType: a.family === 4 ? 8 : 128,
    ttl: r.weighted([
      [20, 64],
      [1, 1],
      [1, 2],
    ]),
    padding: protocol === TCP ? 0 : r.pick(sizes),
  });
}

function randomSource(r: Random, a: Addresses, iif: string | null): string {
  const own = a.own.map((o) => o.address);
  if (iif === null) return r.pick(own);
  if (r.chance(0.12)) return r.pick(allAddresses(a));
  const pod = a.pods.find((p) => p.dev === iif);
  if (pod !== undefined) return pod.address;
  return r.chance(0.3) ? randomHost(r, a) : r.pick(a.remote);
}

/** A host outside with an address that no other packet is likely to have. */
function randomHost(r: Random, a: Addresses): string {
  return a.family === 4
    ? `10.0.${4 + r.int(200)}.${1 + r.int(250)}`
    : `2001:db8:${(10 + r.int(80)).toString(16)}::${(1 + r.int(60000)).toString(16)}`;
}

function randomDestination(r: Random, a: Addresses): string {
  return r.weighted([
    [6, r.pick(a.pods).address],
    [4, r.pick(a.remote)],
    [4, r.pick(a.services)],
    [3, r.pick(a.special)],
    [3, r.pick(a.own).address],
    [1, a.family === 4 ? '10.0.1.255' : a.remote[1]!],
    [0.3, a.family === 4 ? '127.0.0.1' : a.remote[2]!],
    [1, randomHost(r, a)],
  ]);
}

/** The answer to a packet that was seen to leave by `dev`, on a connection with the mark `ctmark`. */
export function replyTo(c: Case, dev: string, ctmark: number): Case {
  const { probe } = c;
  const { protocol } = probe;
  const reply = packetCase({
    ...probe,
    id: probe.id + 16,
    iif: dev,
    src: probe.dst,
    dst: probe.src,
    sport: protocol === ICMP || protocol === ICMPV6 ? probe.sport : probe.dport,
    dport: protocol === ICMP || protocol === ICMPV6 ? 0 : probe.sport,
    flags: 'SYN,ACK',
    ack: probe.id + 1,
    icmpType: protocol === ICMP ? 0 : 129,
    ttl: 64,
    padding: 0,
  });
  return {
    probe: reply.probe,
    sim: { ...reply.sim, ctstate: 'ESTABLISHED', ctmark, ctstatus: { dnat: false, snat: false } },
  };
}

function packetCase(probe: ProbePacket): Case {
  const { protocol } = probe;
  const six = probe.src.includes(':');
  const header = protocol === TCP ? 20 : 8 + 8 + probe.padding;
  return {
    probe,
    sim: {
      family: six ? 6 : 4,
      src: probe.src,
      dst: probe.dst,
      protocol,
      sport: protocol === TCP || protocol === UDP ? probe.sport : 0,
      dport: probe.dport,
      iif: probe.iif,
      // A SYN-ACK without a connection belongs to none.
      ctstate: protocol === TCP && probe.flags === 'SYN,ACK' ? 'INVALID' : 'NEW',
      ...(protocol === TCP ? { tcpFlags: probe.flags } : {}),
      ...(protocol === ICMP || protocol === ICMPV6 ? { icmpType: probe.icmpType, icmpCode: 0 } : {}),
      length: (six ? 40 : 20) + (probe.iif === null ? 16 : header),
      ttl: probe.iif === null ? 64 : probe.ttl,
    },
  };
}
