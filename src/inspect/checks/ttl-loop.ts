import { Tally } from '../tally.js';
import { plural } from '../../plural.js';
import type { Check, CheckMeta } from '../types.js';

const LOOP = 3;

const META: CheckMeta = {
  id: 'ttl-loop',
  title: 'Packets that come back with a smaller TTL',
  unit: 'packets',
  threshold: `the same packet (identification, sequence number, bytes) at one interface with a smaller TTL within 1 s; ${LOOP} sightings or more are a loop`,
  normal:
    'Nothing of it at one interface. In a capture of all interfaces, forwarded packets are told apart by interface and direction.',
};

const PARTS = {
  loop: {
    class: 'fault',
    means: 'two routers, or a router and a node, send the packet to each other until its TTL is used up.',
  },
  'before and after routing': {
    class: 'information',
    means:
      'packets of both directions are there twice: two taps were merged into one file, or the machine is a gateway on purpose.',
  },
  'sent out again': {
    class: 'suspicious',
    means:
      'the machine routes the packet out of the interface that it came in by: the route to the destination is missing there.',
  },
} as const;

/** Routing loops, as one capture shows them. */
export const ttlLoop: Check = {
  ...META,
  run(x) {
    const tally = new Tally(PARTS);
    const rounds = [...x.sightings.rounds];
    const direction = (row: number): number => x.c.flow[row]! * 2 + x.c.way[row]!;
    const again = new Set(rounds.map(([row]) => direction(row)));
    for (const [row, { count, ttl }] of rounds) {
      const d = direction(row);
      x.between(tally, d >> 1, d & 1);
      const part =
        count + 1 >= LOOP ? 'loop' : again.has(d ^ 1) ? 'before and after routing' : 'sent out again';
      tally.add(part, () =>
        x.example(row, `seen ${plural(count + 1, 'time')}, TTL ${x.c.ttl[row]} down to ${ttl}`),
      );
    }
    return tally.result(META, x.table.packets, 'No packet came round.');
  },
};
