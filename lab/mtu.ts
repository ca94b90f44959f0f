/** A path that is narrower than its ends believe. */
import type { Fault, Lab } from './fault.js';

/** Lets the router carry at most `bytes` towards the server; a route's MTU, so that the links stay as they are. */
export async function narrowPath(lab: Lab, bytes: number): Promise<void> {
  const { pods, nodes } = lab.plan;
  await lab.vpc(`ip route replace ${pods.B.ip}/32 via ${nodes.dst.ip} dev dst0 mtu ${bytes}`);
}

/** Large packets to one port that never arrive, small ones to another that do. */
export const uploadsIntoBlackHole: Pick<Fault, 'flows' | 'truth'> = {
  flows: (f) => [
    ...f.failing({ kind: 'upload', dport: 8081, requests: 1, size: 60_000 }),
    f.make({ id: 'h0', role: 'healthy', from: 'A', to: 'B', proto: 'tcp', kind: 'http', dport: 8080 }),
    ...f.bystanders(),
  ],
  truth: {
    expected: ['mtu_blackhole'],
    optional: ['vpc_drop', 'partial_loss', 'mtu_mismatch'],
    dropPoint: 'vpc',
  },
};
