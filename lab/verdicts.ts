/**
 * What the policy agents would have logged: an ACCEPT per new flow of a local pod, a DENY per packet that the
 * policy dropped, at the time the packet was captured.
 */
import { addressOf } from './plan.js';
import { directionOf, type Frame, type Tuple } from './counts.js';
import type { CaptureRole } from './capture.js';
import type { Allow, PolicyMap, Verdict } from './logs/agent.js';
import type { FlowOutcome, FlowSpec, NodePlan, Plan } from './types.js';

export interface VerdictInput {
  readonly plan: Plan;
  readonly node: NodePlan;
  readonly flows: readonly FlowSpec[];
  readonly outcomes: ReadonlyMap<string, FlowOutcome>;
  readonly frames: ReadonlyMap<CaptureRole, readonly Frame[]>;
  readonly policies: readonly PolicyMap[];
}

export function verdictsOf(input: VerdictInput): Verdict[] {
  const { plan, node, flows, outcomes } = input;
  const local = Object.values(plan.pods).filter((pod) => pod.node === node.role);
  return flows
    .filter((flow) => flow.proto !== 'icmp')
    .flatMap((flow) => {
      const began = outcomes.get(flow.id)?.began ?? 0;
      return (['egress', 'ingress'] as const).flatMap((direction, n): Verdict[] => {
        const address = direction === 'egress' ? flow.src : target(plan, flow);
        const pod = local.find((p) => addressOf(p) === address);
        if (!pod || began === 0) return [];
        const policy = input.policies.find((p) => p.pod.key === pod.key && p.direction === direction);
        const dst = direction === 'egress' ? flow.dst : target(plan, flow);
        const base = {
          src: flow.src,
          sport: flow.sport,
          dst,
          dport: flow.dport,
          proto: flow.proto.toUpperCase(),
          direction,
          tier: policy ? ('NETWORK_POLICY' as const) : ('DEFAULT' as const),
        };
        if (policy && !allowed(policy, direction === 'egress' ? dst : flow.src, flow))
          return times(input, flow, direction).map((time) => ({ ...base, time, deny: true }));
        const arrives =
          direction === 'egress' || flow.role !== 'fail' || (outcomes.get(flow.id)?.replies ?? 0) > 0;
        return arrives ? [{ ...base, time: new Date((began + 0.002 + n / 1000) * 1000), deny: false }] : [];
      });
    });
}

/** The pod address behind a ClusterIP. */
function target(plan: Plan, flow: FlowSpec): string {
  const service = plan.services.find((s) => s.clusterIp === flow.dst && s.port === flow.dport);
  return service ? service.endpoint.slice(0, service.endpoint.lastIndexOf(':')) : flow.dst;
}

function allowed(policy: PolicyMap, peer: string, flow: FlowSpec): boolean {
  const fits = ({ protocol, port }: Allow): boolean =>
    port === 0 || (port === flow.dport && protocol === flow.proto.toUpperCase());
  return policy.allows.some((allow) => fits(allow) && inRange(peer, allow.range));
}

/** Only the ranges that the lab's policies use: everything, or one address. */
function inRange(address: string, range: string): boolean {
  return range.endsWith('/0') || range.split('/')[0] === address;
}

/** When each of the flow's packets met the policy: at the capture point just before it. */
function times(input: VerdictInput, flow: FlowSpec, direction: 'ingress' | 'egress'): Date[] {
  const sameNode = input.plan.options.sameNode ?? false;
  const before: CaptureRole = direction === 'egress' || sameNode ? 'src_veth' : 'dst_eth0';
  const frames = input.frames.get(before) ?? [];
  const tuples: Tuple[] = [flow];
  return frames
    .filter((frame) => directionOf(frame, flow, tuples) === 'fwd' && !frame.error)
    .map((frame) => new Date(frame.time * 1000));
}
