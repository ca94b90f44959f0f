/**
 * Stands in for the network policy agent's tc programs: netfilter's hooks of the same device. Egress of the pod is
 * the ingress hook of its host veth (behind the receiving tap), ingress of the pod the egress hook (before the
 * transmitting tap), which is where tc's clsact programs sit too. No file of the collector shows either.
 */
import { inside, run } from './shell.js';
import { nodeOf } from './plan.js';
import type { Plan, PodKey } from './types.js';

/** Drops TCP between the pod and one peer: `port` is the connection's destination port. */
export async function policyDrop(
  plan: Plan,
  key: PodKey,
  direction: 'ingress' | 'egress',
  peer: string,
  port: number,
): Promise<void> {
  const pod = plan.pods[key];
  const netns = nodeOf(plan, pod).netns;
  const [hook, match] =
    direction === 'ingress' ? ['egress', `ip saddr ${peer}`] : ['ingress', `ip daddr ${peer}`];
  const rules = `table netdev np {
  chain ${pod.hostVeth} {
    type filter hook ${hook} device "${pod.hostVeth}" priority 0; policy accept;
    ${match} tcp dport ${port} drop
  }
}
`;
  await run(inside(netns, ['nft', '-f', '-']), rules);
}
