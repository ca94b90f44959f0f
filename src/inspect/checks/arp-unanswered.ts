import type { ArpSummary } from '../../model/capture.js';
import type { InspectContext } from '../context.js';
import { Tally } from '../tally.js';
import { plural } from '../../plural.js';
import type { Check, CheckMeta } from '../types.js';

const REPEATED = 3;
const WAIT_NS = 1e9;

const META: CheckMeta = {
  id: 'arp-unanswered',
  title: 'ARP requests that nobody answers',
  unit: 'addresses asked for',
  threshold: `${REPEATED} or more requests by one asker, no reply, although the capture goes on for 1 s or more after the first`,
  normal: 'Announcements and probes (an address asking for itself, or from 0.0.0.0).',
};

const PARTS = {
  unanswered: {
    class: 'fault',
    means:
      'the asker sends and receives here, and nobody has the address: a pod that is gone, a missing route, a wrong gateway.',
  },
  'unanswered here': {
    class: 'suspicious',
    means:
      'the asker is another machine whose other traffic is not seen here; its answers may not pass this tap.',
  },
} as const;

interface Asked {
  readonly request: ArpSummary;
  packets: number;
  first: number;
  last: number;
}

/** Addresses that are asked for in vain: a node that looks for a pod or gateway on the link. */
export const arpUnanswered: Check = {
  ...META,
  run(x) {
    const tally = new Tally(PARTS);
    const { arp, macs, leftOut } = x.table;
    const present = new Set(arp.filter((a) => a.op === 'reply').map((a) => a.senderIp));
    const local = new Set(macs.flatMap((m) => [m.src, m.dst]));
    const asked = askedFor(arp);
    for (const [, a] of asked) {
      const { request } = a;
      if (present.has(request.targetIp)) continue;
      if (a.packets < REPEATED || x.after(a.first) < WAIT_NS) continue;
      tally.between('arp', request.senderIp, request.targetIp, a.packets);
      tally.add(local.has(request.senderMac) ? 'unanswered' : 'unanswered here', () => ({
        time: x.time(a.first),
        src: request.senderIp,
        dst: request.targetIp,
        text: `${request.senderMac} asked ${plural(a.packets, 'time')} who has ${request.targetIp}`,
      }));
    }
    const more = (leftOut?.arp ?? 0) > 0 ? [`${leftOut!.arp} ARP packets found no place in the list.`] : [];
    return tally.result(META, asked.size, 'Every address was answered for, or hardly asked for.', more);
  },
};

/** Requests by asker and target, over all interfaces: a forwarded broadcast is one request still. */
function askedFor(arp: InspectContext['table']['arp']): Map<string, Asked> {
  const asked = new Map<string, Asked>();
  for (const request of arp) {
    if (request.op !== 'request') continue;
    if (request.senderIp === request.targetIp || request.senderIp === '0.0.0.0') continue;
    const key = `${request.senderIp} ${request.targetIp}`;
    const known = asked.get(key);
    if (known === undefined) {
      asked.set(key, { request, packets: request.packets, first: request.firstNs, last: request.lastNs });
      continue;
    }
    known.packets = Math.max(known.packets, request.packets);
    known.first = Math.min(known.first, request.firstNs);
    known.last = Math.max(known.last, request.lastNs);
  }
  return asked;
}
