/** A path that is narrower than its ends believe. */
import type { Lab } from './fault.js';

/** Lets the router carry at most `bytes` towards the server; a route's MTU, so that the links stay as they are. */
export async function narrowPath(lab: Lab, bytes: number): Promise<void> {
  const { pods, nodes } = lab.plan;
  await lab.vpc(`ip route replace ${pods.B.ip}/32 via ${nodes.dst.ip} dev dst0 mtu ${bytes}`);
}
