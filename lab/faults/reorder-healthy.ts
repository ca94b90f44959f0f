import type { Fault } from '../fault.js';

/** Duplicate acknowledgements and spurious retransmissions, and yet every packet arrives. */
export const reorderHealthy: Fault = {
  name: 'reorder-healthy',
  description: 'The line to the destination node delivers one frame in four late; nothing is lost.',
  options: { cable: { delay: 0.002, reorder: 0.25, late: 0.004 } },
  flows: (f) => reorderFlows(f),
  truth: { expected: [], dropPoint: 'none' },
};

/** Enough packets in flight at once for some to overtake others. */
export function reorderFlows(f: Parameters<Fault['flows']>[0]): ReturnType<Fault['flows']> {
  return [
    ...f.good(),
    f.make({
      ...{ id: 'g6', role: 'healthy', from: 'A', to: 'B', proto: 'tcp', kind: 'upload', dport: 8081 },
      ...{ requests: 2, size: 400_000, timeout: 15 },
    }),
    f.make({
      ...{ id: 'g7', role: 'healthy', from: 'A', to: 'B', proto: 'tcp', kind: 'http', dport: 8080 },
      ...{ requests: 3, size: 300_000, timeout: 15 },
    }),
    f.make({
      ...{ id: 'g8', role: 'healthy', from: 'A', to: 'B', proto: 'udp', kind: 'udp', dport: 5353 },
      ...{ requests: 150, size: 150, gap: 0, timeout: 1 },
    }),
    ...f.bystanders(),
  ];
}
