import type { Finding } from '../model/rule.js';
import type { Point, Trace } from '../model/trace.js';
import { POINTS } from '../model/trace.js';
import type { Decision } from './decide.js';
import type { DiagnosisInput } from './input.js';

export interface NextStep {
  why: string;
  command: string;
}

/** Related runbooks, and when to turn to them. */
export const CROSS_REFERENCE: readonly string[] = [
  'D1 when pods stay in ContainerCreating: they get no address',
  'D3 when connection tracking is at its limit',
  'D5 when names do not resolve',
  'D7 when everything arrives but slowly',
  'D8 when a Service address fails and the pod addresses work',
];

const ESCALATIONS: readonly {
  readonly when: (d: Decision, all: readonly Finding[]) => boolean;
  readonly text: string;
}[] = [
  {
    when: (_, all) => new Set(all.filter((f) => f.rule === 'aws-node-unhealthy').map((f) => f.node)).size > 1,
    text: 'aws-node fails on several nodes: treat it as a failure of the whole cluster.',
  },
  {
    when: (d) => d.cause?.rule === 'forward-policy-drop',
    text: 'A FORWARD policy of DROP comes with the machine image or its bootstrap: without a change there it returns with every new node.',
  },
  {
    when: (d) => d.dropPoint.startsWith('vpc') && d.category !== 'mtu',
    text: 'Packets leave the source node and never arrive: whoever owns the VPC (security groups, network ACLs, route tables) has to act.',
  },
  {
    when: (d) => d.category === 'vpc_routing',
    text: 'A VPC route table lacks the route: a change there concerns the whole VPC.',
  },
  {
    when: (d) => d.category === 'sgp_isolation',
    text: 'Several security groups have to change together: their owners have to agree.',
  },
  {
    when: (_, all) => all.some((f) => f.rule === 'calico-port-limit'),
    text: 'The policies exceed what the agent can hold: they have to be designed anew with port ranges.',
  },
];

export function escalations(decision: Decision, findings: readonly Finding[]): string[] {
  return ESCALATIONS.filter((e) => e.when(decision, findings)).map((e) => e.text);
}

export function mitigation(decision: Decision): { immediate: string; long_term: string } {
  const cause = decision.cause ?? decision.supporting[0] ?? null;
  const monitor =
    'Turn on flow logs of the network policy agent and VPC Flow Logs, and watch the health of aws-node.';
  if (cause === null)
    return {
      immediate:
        decision.category === 'none'
          ? 'None needed for what was collected.'
          : 'Collect what the next steps name first; do not change anything yet.',
      long_term: monitor,
    };
  return { immediate: cause.resolution, long_term: cause.long_term ?? monitor };
}

/** What to collect next, as commands to paste: nearest to a decision first. */
export function nextSteps(input: DiagnosisInput, decision: Decision): NextStep[] {
  const { trace } = input.context;
  const steps: NextStep[] = [];
  const open = decision.category === 'unknown' || decision.dropPoint === 'unknown';
  if (trace !== null && trace.summary.verdict !== 'delivered')
    steps.push(...captureSteps(input, trace, open));
  for (const f of decision.supporting.slice(0, 4)) steps.push(...(f.next_steps ?? []));
  if (trace === null && decision.category !== 'none') steps.push(...firstCaptures(input));
  for (const m of input.missing.filter((x) => x.state === 'missing' || x.state === 'empty').slice(0, 4))
    steps.push({
      why: `${m.what} is ${m.state}${m.node === null ? '' : ` on ${m.node}`}: ${m.leaves_undecided}`,
      command: 'sudo bash /etc/eks/log-collector-script/eks-log-collector.sh',
    });
  const seen = new Set<string>();
  return steps.filter((s) => !seen.has(s.command) && seen.add(s.command)).slice(0, 12);
}

const SAFE_WORD = /^[A-Za-z0-9._:@-]{1,64}$/;

/** Names from bundles end up in a shell: what is not a plain word becomes a placeholder. */
function shellWord(word: string | null, placeholder: string): string {
  return word !== null && SAFE_WORD.test(word) ? word : placeholder;
}

function interfaceAt(input: DiagnosisInput, trace: Trace, point: Point): string {
  const nodeId = point.startsWith('src') ? trace.srcNode : trace.dstNode;
  const ip = point.startsWith('src') ? trace.srcIp : trace.dstIp;
  const node = input.context.nodes.find((n) => n.id === nodeId);
  if (point.endsWith('veth'))
    return shellWord(node?.pods.find((p) => p.ip === ip)?.veth ?? null, '<host veth of the pod>');
  return shellWord(node?.identity.primaryInterface ?? null, 'eth0');
}

function captureSteps(input: DiagnosisInput, trace: Trace, open: boolean): NextStep[] {
  const steps: NextStep[] = [];
  const wanted = trace.trafficPath === 'same_node' ? (['src_veth', 'dst_veth'] as const) : POINTS;
  const flow = trace.flows[trace.summary.flows[0] ?? -1];
  const src = shellWord(trace.srcIp, '<source pod address>');
  const dst = shellWord(trace.dstIp, '<destination pod address>');
  for (const point of wanted) {
    if (trace.summary.seen[point] !== 'not_captured') continue;
    const node =
      (point.startsWith('src') ? trace.srcNode : trace.dstNode) ??
      (point.startsWith('src') ? 'the source node' : 'the destination node');
    steps.push({
      why: `${open ? 'It would decide where the packets die' : 'It would confirm the place'}: nothing was captured at ${point.replace('_', '-')} (on ${node})`,
      command: `sudo timeout 60 tcpdump -ni ${interfaceAt(input, trace, point)} -s 128 -w ${point.replace('_', '-')}.pcap host ${src} or host ${dst}`,
    });
  }
  for (const f of trace.flows)
    if (f.reason === 'interface-not-captured') {
      const name = /over (\S+), which/.exec(f.explanation)?.[1] ?? null;
      steps.push({
        why: 'The flow leaves by another interface than the captured one',
        command: `sudo timeout 60 tcpdump -ni ${shellWord(name, '<interface>')} -s 128 -w second-eni.pcap host ${shellWord(f.dst.ip, '<destination>')}`,
      });
      break;
    }
  return flow?.reason === 'outside-window'
    ? [
        ...steps,
        {
          why: 'The captures do not overlap long enough: start all of them, then reproduce, then stop them',
          command: 'chronyc tracking',
        },
      ]
    : steps;
}

function firstCaptures(input: DiagnosisInput): NextStep[] {
  const { src, dst } = input.context.question;
  const hosts = [src?.ip, dst?.ip]
    .filter((ip) => ip !== undefined)
    .map((ip) => `host ${shellWord(ip, '<address>')}`);
  const filter =
    hosts.length > 0 ? hosts.join(' or ') : 'host <source pod address> or host <destination pod address>';
  const node = input.context.nodes[0];
  return [
    {
      why: 'Captures at the source veth, both ENIs and the destination veth, taken together, show where packets die',
      command: `sudo timeout 60 tcpdump -ni ${shellWord(node?.identity.primaryInterface ?? null, 'eth0')} -s 128 -w eth0.pcap ${filter}`,
    },
  ];
}
