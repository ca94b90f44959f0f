import { Tally } from '../tally.js';
import { percent } from '../text.js';
import type { Check, CheckFlow, CheckMeta } from '../types.js';

const LISTED = 5;

const META: CheckMeta = {
  id: 'top-talkers',
  title: 'Who talks most',
  unit: 'IP packets',
  threshold: 'the first five pairs by bytes and by packets, copies of packets left out',
  normal: 'Always: these are figures.',
};

const PARTS = { packets: { class: 'information', means: 'all IP packets that are no copies.' } } as const;

interface Talk {
  readonly protocol: string;
  readonly client: string;
  readonly server: string;
  bytes: number;
  packets: number;
}

/** Pairs of client and server port by bytes and packets. */
export const topTalkers: Check = {
  ...META,
  run(x) {
    const { flows } = x.table;
    const bytes = new Float64Array(flows.length);
    const packets = new Float64Array(flows.length);
    let total = 0;
    let totalBytes = 0;
    for (let i = 0; i < x.table.packets; i++) {
      if (!x.counts(i)) continue;
      const flow = x.c.flow[i]!;
      bytes[flow]! += x.c.ipLength[i]!;
      packets[flow]!++;
      total++;
      totalBytes += x.c.ipLength[i]!;
    }
    const talks = new Map<string, Talk>();
    for (const [flow, f] of flows.entries()) {
      if (packets[flow] === 0) continue;
      const way = x.clientWay(flow);
      const protocol = x.protocol(flow);
      const client = way === 0 ? f.a : f.b;
      const server = x.source(flow, 1 - way);
      const key = `${protocol} ${client} ${server}`;
      let talk = talks.get(key);
      if (talk === undefined) talks.set(key, (talk = { protocol, client, server, bytes: 0, packets: 0 }));
      talk.bytes += bytes[flow]!;
      talk.packets += packets[flow]!;
    }
    const all = [...talks.values()];
    const byBytes = top(all, (t) => t.bytes);
    const byPackets = top(all, (t) => t.packets);
    const tally = new Tally(PARTS);
    tally.add('packets', null, total);
    const result = tally.result(META, total, '');
    if (total === 0) return result;
    const example = (t: Talk, text: string): { time: null; src: string; dst: string; text: string } => ({
      time: null,
      src: t.client,
      dst: t.server,
      text,
    });
    return {
      ...result,
      explanation: `${total} IP packets with ${totalBytes} bytes between ${talks.size} pairs.`,
      examples: byBytes.map((t) =>
        example(t, `${t.protocol}: ${t.bytes} bytes (${percent(t.bytes, totalBytes)}), ${t.packets} packets`),
      ),
      flows: byPackets.map((t): CheckFlow => ({
        protocol: t.protocol,
        src: t.client,
        dst: t.server,
        count: t.packets,
      })),
    };
  },
};

function top(talks: readonly Talk[], figure: (t: Talk) => number): Talk[] {
  return [...talks]
    .sort((a, b) => figure(b) - figure(a) || (`${a.client} ${a.server}` < `${b.client} ${b.server}` ? -1 : 1))
    .slice(0, LISTED);
}
