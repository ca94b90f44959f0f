/** network-policy-agent.log, ebpf-sdk.log and the eBPF dumps. Verdict lines come from the flows' packets. */
import { AGENT_VERSION } from '../bundle/versions.js';
import { join, later, podStart, zap, type Story } from './clock.js';
import type { PodPlan } from '../types.js';

/** One verdict of the agent about one packet, as it would log it. */
export interface Verdict {
  readonly time: Date;
  readonly src: string;
  readonly sport: number;
  readonly dst: string;
  readonly dport: number;
  readonly proto: string;
  readonly deny: boolean;
  readonly direction: 'ingress' | 'egress';
  /** DEFAULT where no policy selects the pod. */
  readonly tier: 'NETWORK_POLICY' | 'DEFAULT';
}

/** An entry of a policy's map: one address range, and one port of one protocol or (port 0) everything. */
export interface Allow {
  readonly range: string;
  readonly protocol: 'TCP' | 'UDP' | 'ANY PROTOCOL';
  readonly port: number;
}

/** What a policy leaves open for one pod in one direction. */
export interface PolicyMap {
  readonly pod: PodPlan;
  readonly direction: 'ingress' | 'egress';
  readonly allows: readonly Allow[];
}

export function agentLog(story: Story, verdicts: readonly Verdict[], policies: readonly PolicyMap[]): string {
  const lines = [...starting(story), ...attaching(story), ...reconciling(story, policies)];
  const flows = [...verdicts].sort((a, b) => a.time.getTime() - b.time.getTime()).map(verdictLine);
  return join([...lines, ...flows]);
}

function starting(story: Story): string[] {
  let at = 2;
  const line = (caller: string, msg: string): string =>
    zap(later(story.cniStart, (at += 0.01)), 'info', caller, msg);
  const family = story.plan.options.ipv6 ? 'v6' : 'v4';
  return [
    line('runtime/proc.go:283', `Starting network policy agent: ${AGENT_VERSION}, log level: debug`),
    line(
      'agent/main.go:66',
      'Connected to ipamd at 127.0.0.1:50051. NetworkPolicyMode: standard MultiNICEnabled: false',
    ),
    line('agent/main.go:70', 'Network Policy is enabled, registering controllers...'),
    line('ebpf/bpf_client.go:180', `Validating Probe: tc.${family}ingress.bpf.o`),
    line('ebpf/bpf_client.go:180', `Validating Probe: tc.${family}egress.bpf.o`),
    line('ebpf/bpf_client.go:195', 'Successfully recovered BPF state'),
    line('ebpf/bpf_client.go:258', 'Configured event logging'),
    line('ebpf/bpf_client.go:285', 'BPF Client initialization done'),
    line('agent/main.go:189', 'starting manager'),
  ];
}

function attaching(story: Story): string[] {
  return story.pods.flatMap((pod, index) => {
    let at = 1;
    const line = (caller: string, msg: string): string =>
      zap(later(podStart(story, index), (at += 0.01)), 'info', caller, msg);
    const where = `for pod: ${pod.name} in namespace ${pod.namespace} at interface 0`;
    return [
      line(
        'rpc/rpc.pb.go:145',
        `Received Enforce Network Policy Request for Pod: ${pod.name} Namespace: ${pod.namespace} Mode: standard`,
      ),
      line('rpc/rpc_handler.go:74', `Successfully attached Ingress TC probe ${where}`),
      line('rpc/rpc_handler.go:74', `Successfully attached Egress TC probe ${where}`),
    ];
  });
}

function reconciling(story: Story, policies: readonly PolicyMap[]): string[] {
  return policies.flatMap((policy, index) => {
    const { pod, direction, allows } = policy;
    let at = 600 + index * 20;
    const name = `${pod.name.split('-')[0]!}-${direction}-x7k2p`;
    const line = (caller: string, msg: string): string =>
      zap(later(story.podsStart, (at += 0.01)), 'info', caller, msg);
    const [ingress, egress] = direction === 'ingress' ? [allows.length, 0] : [0, allows.length];
    const other = direction === 'ingress' ? 'Egress' : 'Ingress';
    return [
      line('controller/controller.go:114', `Received a new reconcile request ${pod.namespace}/${name}`),
      line(
        'controllers/policyendpoints_controller.go:145',
        `Processing Policy Endpoint  Name: ${name} Namespace ${pod.namespace}`,
      ),
      line(
        'controllers/policyendpoints_controller.go:215',
        `Total number of PolicyEndpoint resources for podIdentifier ${podIdentifier(pod)} are 1`,
      ),
      line(
        'controllers/policyendpoints_controller.go:220',
        `Total no.of - ingressRules ${ingress} egressRules ${egress}`,
      ),
      line(
        'ebpf/bpf_client.go:640',
        `No ${other} rules and no ${other.toLowerCase()} isolation - Appending catch all entry`,
      ),
      ...allows.map(({ range }) => line('ebpf/bpf_client.go:655', `Updating Map with IP Key: ${range}`)),
      line(
        'controllers/policyendpoints_controller.go:260',
        `Successfully attached required eBPF probes for pod: ${pod.name} in namespace ${pod.namespace}`,
      ),
    ];
  });
}

function podIdentifier(pod: PodPlan): string {
  return `${pod.name.slice(0, pod.name.lastIndexOf('-'))}@${pod.namespace}`;
}

/** The newest form (1.3.0 and later): no colon and a comma before the tier for IPv4, the reverse for IPv6. */
function verdictLine(v: Verdict): string {
  const verdict = v.deny ? 'DENY' : 'ACCEPT';
  const head = `Flow Info: Src IP: ${v.src} Src Port: ${v.sport} Dest IP: ${v.dst} Dest Port: ${v.dport}`;
  const tail = v.src.includes(':')
    ? `Proto: ${v.proto} Verdict: ${verdict} Direction: ${v.direction} Tier: ${v.tier}`
    : `Proto ${v.proto} Verdict ${verdict} Direction ${v.direction}, Tier ${v.tier}`;
  return zap(v.time, v.deny ? 'info' : 'debug', 'events/events.go:270', `${head} ${tail}`);
}

export function sdkLog(story: Story): string {
  const line = (n: number, msg: string): string =>
    zap(later(story.cniStart, 2.1 + n / 100), 'info', `elfparser/elf.go:${190 + n}`, msg);
  const maps = ['ingress_map', 'egress_map', 'aws_conntrack_map', 'policy_events'];
  return join(
    maps.flatMap((map, n) => [
      line(n * 2, `Found the progmap Name: ${map}`),
      line(n * 2 + 1, `Loading map ${map}`),
    ]),
  );
}

/** `aws-eks-na-cli ebpf loaded-ebpfdata` */
export function ebpfData(story: Story): string {
  const blocks = story.pods.flatMap((pod, index) =>
    (['ingress', 'egress'] as const).map((direction, n) => {
      const id = podIdentifier(pod).replace('@', '-');
      return [
        `PinPath:  /sys/fs/bpf/globals/aws/programs/${id}_handle_${direction}`,
        `Pod Identifier : ${id}  Direction : ${direction} `,
        `Prog ID:  ${100 + index * 4 + n * 2}`,
        'Associated Maps -> ',
        ...[
          [`${direction}_map`, mapId(index, direction)],
          ['aws_conntrack_map', 5],
          ['policy_events', 6],
        ].flatMap(([name, map]) => [`Map Name:  ${String(name)}`, `Map ID:  ${String(map)}`]),
        '='.repeat(88),
      ];
    }),
  );
  return join(['*** EBPF loaded data ***', ...blocks.flat()]);
}

function mapId(podIndex: number, direction: 'ingress' | 'egress'): number {
  return 10 + podIndex * 2 + (direction === 'egress' ? 1 : 0);
}

/** `aws-eks-na-cli ebpf dump-maps` for each map: what is open for each pod. */
export function ebpfMaps(story: Story, policies: readonly PolicyMap[]): string {
  const everybody = story.plan.options.ipv6 ? '::/0' : '0.0.0.0/0';
  const open: Allow[] = [{ range: everybody, protocol: 'ANY PROTOCOL', port: 0 }];
  const blocks = story.pods.flatMap((pod, index) =>
    (['ingress', 'egress'] as const).map((direction) => {
      const policy = policies.find((p) => p.pod.key === pod.key && p.direction === direction);
      return [
        `*** EBPF Maps Data for Map ID ${mapId(index, direction)} ***`,
        ...(policy?.allows ?? open).flatMap(({ range, protocol, port }) => [
          `Key: ${range}`,
          '-------------------',
          'Entry 0:',
          `Protocol  - ${protocol}`,
          `StartPort - ${port}`,
          'EndPort   - 0',
          '-------------------',
          '*******************************',
        ]),
        'Done reading all entries',
      ];
    }),
  );
  return join(blocks.flat());
}
