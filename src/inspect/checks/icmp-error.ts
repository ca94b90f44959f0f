import { BIT_ICMP_ERROR, PROTO_ICMP, PROTO_ICMPV6, PROTO_UDP } from '../../model/capture.js';
import type { InspectContext } from '../context.js';
import { Tally } from '../tally.js';
import { protocolName } from '../text.js';
import type { Check, CheckMeta } from '../types.js';
import { icmpName, isTooBig } from './icmp-names.js';

/** Linux chooses source ports from here on. */
const EPHEMERAL = 32768;
/** Destination ports of its probes, first and last. */
const TRACEROUTE = [33434, 33534] as const;

const META: CheckMeta = {
  id: 'icmp-error',
  title: 'ICMP errors',
  unit: 'ICMP packets',
  threshold:
    'every error counts; "fragmentation needed" and "packet too big" are judged by the path MTU check',
  normal:
    'Nothing of it in itself; a port unreachable for an answer that is late, and what traceroute asks for, are expected.',
};

const PARTS = {
  unreachable: {
    class: 'fault',
    means: 'a router or node has no route, finds no neighbour, or the host is down.',
  },
  prohibited: { class: 'fault', means: 'a rule rejects with an ICMP answer.' },
  'port unreachable': {
    class: 'fault',
    means: 'nothing listens on the port, or a rule rejects that way (iptables REJECT does so by default).',
  },
  'answer to a closed socket': {
    class: 'information',
    means: 'an answer came after the asker had closed its socket: too late, or it took the first of two.',
  },
  'end of a traceroute': {
    class: 'information',
    means: 'the host itself answers a probe to a port of traceroute: the way was found.',
  },
  'TTL exceeded': { class: 'suspicious', means: 'packets go round in a loop, or start with a small TTL.' },
  'TTL exceeded for traceroute': { class: 'information', means: 'that is how traceroute finds the hops.' },
  'reassembly time exceeded': { class: 'fault', means: 'fragments of a datagram got lost.' },
  other: { class: 'suspicious', means: 'seldom seen; the kind is in the examples.' },
} as const;
type Part = keyof typeof PARTS;

const BY_NAME: ReadonlyMap<string, Part> = new Map<string, Part>([
  ...[
    'network unreachable',
    'host unreachable',
    'network unknown',
    'host unknown',
    'no route',
    'address unreachable',
  ].map((name): [string, Part] => [name, 'unreachable']),
  ...[
    'network prohibited',
    'host prohibited',
    'administratively prohibited',
    'source address refused by policy',
    'route rejected',
  ].map((name): [string, Part] => [name, 'prohibited']),
  ['port unreachable', 'port unreachable'],
  ['TTL exceeded', 'TTL exceeded'],
  ['hop limit exceeded', 'TTL exceeded'],
  ['reassembly time exceeded', 'reassembly time exceeded'],
]);

/** ICMP errors by kind, with the flow that they speak of. */
export const icmpError: Check = {
  ...META,
  run(x) {
    const tally = new Tally(PARTS);
    let packets = 0;
    const sent = new Uint8Array(x.table.flows.length * 2);
    for (let k = 0; k < x.table.packets; k++) {
      const i = x.rowAt(k);
      if (!x.counts(i)) continue;
      if ((x.c.bits[i]! & BIT_ICMP_ERROR) === 0) sent[x.c.flow[i]! * 2 + x.c.way[i]!] = 1;
      const { protocol } = x.table.flows[x.c.flow[i]!]!;
      if (protocol !== PROTO_ICMP && protocol !== PROTO_ICMPV6) continue;
      packets++;
      if ((x.c.bits[i]! & BIT_ICMP_ERROR) === 0 || isTooBig(x, i)) continue;
      const quoted = quotedFlow(x, i);
      if (quoted !== null) x.between(tally, quoted);
      tally.add(partOf(x, i, quoted, sent), () =>
        x.example(i, `${icmpName(x, i)}${quoted === null ? '' : ` for ${quotedText(x, i, quoted)}`}`),
      );
    }
    return tally.result(META, packets, 'No ICMP packet tells of an error.');
  },
};

/** Flow of the packet that the error in row `i` quotes. */
export function quotedFlow(x: InspectContext, i: number): number | null {
  const flow = x.c.aux[i]! - 1;
  return flow < 0 || flow >= x.table.flows.length ? null : flow;
}

/** `tcp 10.0.1.7:40000 → 10.0.2.9:80`, in the quoted packet's direction. */
export function quotedText(x: InspectContext, i: number, quoted: number): string {
  const way = x.c.window[i]! & 1;
  return `${protocolName(x.table.flows[quoted]!.protocol)} ${x.source(quoted, way)} → ${x.source(quoted, 1 - way)}`;
}

/** Address that packet `i` comes from. */
function sentBy(x: InspectContext, i: number): string {
  const { a, b } = x.table.flows[x.c.flow[i]!]!;
  return x.c.way[i] === 0 ? a : b;
}

function partOf(x: InspectContext, i: number, quoted: number | null, sent: Uint8Array): Part {
  const part = BY_NAME.get(icmpName(x, i)) ?? 'other';
  if (quoted === null) return part;
  const flow = x.table.flows[quoted]!;
  const way = x.c.window[i]! & 1;
  const [from, to] = way === 0 ? [flow.aPort, flow.bPort] : [flow.bPort, flow.aPort];
  // The one that says so has asked before, from a port of its own choice.
  const asker = sent[quoted * 2 + 1 - way] === 1 && to > from && to >= EPHEMERAL;
  if (part === 'port unreachable' && flow.protocol === PROTO_UDP && (from === 53 || asker))
    return 'answer to a closed socket';
  const traced = flow.protocol === PROTO_UDP && to >= TRACEROUTE[0] && to <= TRACEROUTE[1];
  if (part === 'port unreachable' && traced && sentBy(x, i) === (way === 0 ? flow.b : flow.a))
    return 'end of a traceroute';
  if (part !== 'TTL exceeded') return part;
  const probe = traced || flow.protocol === PROTO_ICMP || flow.protocol === PROTO_ICMPV6;
  return probe ? 'TTL exceeded for traceroute' : part;
}
