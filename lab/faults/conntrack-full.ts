import { conntrackFull } from '../conntrack.js';
import type { Fault } from '../fault.js';

/** Connections that exist go on; every new one dies where conntrack would have made its entry. */
export const fullConntrack: Fault = {
  name: 'conntrack-full',
  description: 'Source node: the connection tracking table is full, so new connections of its pods vanish.',
  apply: (lab) => conntrackFull.fill(lab),
  flows: (f) => [
    ...[0, 0.1].map((start, n) =>
      f.make({
        ...{ id: `h${n + 1}`, role: 'healthy', from: 'A', to: 'B', proto: 'tcp', kind: 'http' },
        ...{ dport: 8080, requests: 40, gap: 0.15, size: 300, start },
      }),
    ),
    f.make({
      ...{ id: 'h3', role: 'healthy', from: 'C', to: 'D', proto: 'tcp', kind: 'http', dport: 5432 },
      ...{ requests: 40, gap: 0.15, size: 200, start: 0.1 },
    }),
    ...f.failing().map((flow) => ({ ...flow, start: flow.start + 1.5 })),
    f.make({
      ...{ id: 'f4', role: 'fail', from: 'C', to: 'D', proto: 'tcp', kind: 'http', dport: 9090, start: 2 },
    }),
  ],
  bundle: (tree, node) => {
    if (node.role === 'src') conntrackFull.tell(tree);
  },
  truth: { expected: ['conntrack_full'], dropPoint: 'src_node' },
};
