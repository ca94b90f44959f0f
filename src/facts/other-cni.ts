import type { EvidenceItem } from '../model/rule.js';
import type { IptablesChain, IptablesRule, NodeFacts } from '../model/node.js';
import { isKnown } from '../model/location.js';
import type { FactContext } from './types.js';
import { defineFact, flag, known, number, oneOf, text, unknown } from './support/define.js';
import { lineEvidence, recordEvidence } from './support/evidence.js';
import { POLICY_MODE_QUERY, recordsOf, tail } from './support/log-queries.js';

interface Engine {
  readonly name: 'calico' | 'cilium';
  readonly chain: RegExp;
  readonly entry: RegExp;
  readonly policyChain: RegExp;
  readonly process: RegExp;
  readonly config: RegExp;
  readonly image: RegExp;
  /** Image of the container that enforces policies. */
  readonly agent: RegExp;
  readonly device: RegExp;
}

const ENGINES: readonly Engine[] = [
  {
    name: 'calico',
    chain: /^cali-/,
    entry: /^cali-(FORWARD|from-wl|to-wl|wl-to-host)/,
    policyChain: /^cali-(tw|fw|pi|po|pri|pro)-/,
    process: /(^|[/\s])(calico-node|calico-felix|felix|bird6?)(\s|$)/,
    config: /calico/i,
    image: /calico\/(node|cni|typha)|\/calico-node/,
    agent: /calico\/node[:@]|\/calico-node[:@]/,
    device: /^(cali[0-9a-f]+|vxlan\.calico|tunl0|wireguard\.cali)$/,
  },
  {
    name: 'cilium',
    chain: /^(OLD_)?CILIUM_/,
    entry: /^CILIUM_FORWARD$/,
    policyChain: /^CILIUM_FORWARD$/,
    process: /(^|[/\s])cilium-agent(\s|$)/,
    config: /cilium(?!_bak)/i,
    image: /cilium\/cilium|\/cilium:/,
    agent: /cilium\/cilium[:@]|\/cilium[:@]/,
    device: /^(cilium_host|cilium_net|cilium_vxlan|lxc[0-9a-f]+)$/,
  },
];

function filterChains(node: NodeFacts): readonly IptablesChain[] {
  return [...(node.iptables.value.tables.get('filter')?.chains.values() ?? [])];
}

/** The rule of FORWARD that leads into the engine's chains, if there is one: without it they are never asked. */
function forwardJump(node: NodeFacts, engine: Engine): IptablesRule | undefined {
  const forward = node.iptables.value.tables.get('filter')?.chains.get('FORWARD');
  return forward?.rules.find((rule) => rule.target !== null && engine.chain.test(rule.target));
}

/** Whether the VPC CNI's own network policy agent enforces policies on the node, and the line that says so. */
function policyAgent(
  context: FactContext,
  node: NodeFacts,
): { enabled: boolean | null; evidence: EvidenceItem[] } {
  const matches = recordsOf(context, POLICY_MODE_QUERY, node.id);
  const record = matches === null ? undefined : tail(matches).at(-1);
  if (record !== undefined) {
    return { enabled: record.fields['mode'] === 'enabled', evidence: [recordEvidence(record)] };
  }
  const process = node.processes.value.find((p) => p.command.includes('--enable-network-policy'));
  if (process !== undefined) {
    return {
      enabled: /--enable-network-policy(=true|\s*$|\s+-)/.test(process.command),
      evidence: [lineEvidence(node.id, process.loc, process.command)],
    };
  }
  const [program] = node.ebpfPrograms.value;
  if (program !== undefined) {
    return { enabled: true, evidence: [lineEvidence(node.id, program.loc, program.podIdentifier)] };
  }
  return { enabled: null, evidence: [] };
}

function instance(context: FactContext, node: NodeFacts, engine: Engine) {
  const process = node.processes.value.find((p) => engine.process.test(p.command));
  const config = node.cniConfigs.find(
    (c) => engine.config.test(c.name) || c.types.some((t) => engine.config.test(t)),
  );
  const jump = forwardJump(node, engine);
  const chains = filterChains(node).filter((chain) => engine.chain.test(chain.name));
  const policyChains = chains.filter((chain) => engine.policyChain.test(chain.name));
  const drops = policyChains.flatMap((chain) => chain.rules.filter((rule) => rule.target === 'DROP'));
  const dropped = drops.filter((rule) => (rule.packets ?? 0) > 0);
  const image = node.images.value.find((i) => engine.image.test(i.image));
  const devices = node.interfaces.value.filter((i) => engine.device.test(i.name));
  if (
    process === undefined &&
    config === undefined &&
    chains.length === 0 &&
    image === undefined &&
    devices.length === 0
  ) {
    return [];
  }
  // A container that is listed may have stopped: it counts where the processes were not collected.
  const container = isKnown(node.processes)
    ? undefined
    : node.images.value.find((i) => engine.agent.test(i.image) && i.loc.file.includes('containers'));
  const agent = policyAgent(context, node);
  const conflict =
    agent.enabled === true && (jump !== undefined || process !== undefined || container !== undefined);
  return [
    {
      node: node.id,
      fields: {
        engine: engine.name,
        sure: process !== undefined || config !== undefined || jump !== undefined,
        process_running: isKnown(node.processes) ? process !== undefined : null,
        conflist: config?.name ?? null,
        chains: chains.length,
        chains_referenced: jump !== undefined,
        policy_chains: policyChains.length,
        policy_drop_packets: drops.some((rule) => rule.packets !== null)
          ? drops.reduce((sum, rule) => sum + (rule.packets ?? 0), 0)
          : null,
        leftovers_only: chains.length > 0 && jump === undefined && process === undefined,
        provides_pods: node.pods.length > 0 && node.pods.every((pod) => engine.device.test(pod.veth ?? '')),
        vpc_policy_agent: agent.enabled,
        policy_engine_conflict: conflict,
      },
      evidence: [
        ...(process === undefined ? [] : [lineEvidence(node.id, process.loc, process.command)]),
        ...(container === undefined ? [] : [lineEvidence(node.id, container.loc, container.image)]),
        ...(jump === undefined ? [] : [lineEvidence(node.id, jump.loc, jump.text)]),
        ...dropped.slice(0, 3).map((rule) => lineEvidence(node.id, rule.loc, rule.text)),
        ...(conflict ? agent.evidence : []),
      ],
    },
  ];
}

/** Traces of Calico and Cilium on a node, by how sure they are, and whether two policy engines enforce at once. */
export const otherCni = defineFact({
  name: 'other_cni',
  description: 'Another network plugin or policy engine than the VPC CNI on a node.',
  fields: {
    engine: oneOf(['calico', 'cilium'], 'calico or cilium'),
    sure: flag('its agent runs, it is configured as CNI, or FORWARD leads into its chains'),
    process_running: flag('its agent is in the process list; null when it was not collected'),
    conflist: text('its file in the CNI configuration folder'),
    chains: number('its chains in table filter'),
    chains_referenced: flag('FORWARD leads into them'),
    policy_chains: number('chains that hold policies of workloads'),
    policy_drop_packets: number('packets its policy chains dropped; null when not counted'),
    leftovers_only: flag('chains that nothing leads into and no agent maintains: harmless'),
    provides_pods: flag('every pod of the node has one of its devices'),
    vpc_policy_agent: flag('the network policy agent of the VPC CNI enforces policies; null when not known'),
    policy_engine_conflict: flag(
      'the agent of the VPC CNI enforces policies, and this engine does or runs as well',
    ),
  },
  compute: (context) => {
    if (context.nodes.length === 0) return unknown('no bundle was given');
    return known(
      context.nodes.flatMap((node) => ENGINES.flatMap((engine) => instance(context, node, engine))),
    );
  },
});
