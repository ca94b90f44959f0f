/** Makes one node's bundle: real network state, invented logs, the collector's layout. */
import { join as joinPath } from 'node:path';
import { agentLog, ebpfData, ebpfMaps, sdkLog, type PolicyMap, type Verdict } from '../logs/agent.js';
import { later, type Story } from '../logs/clock.js';
import { writeContainerLogs } from '../logs/containers.js';
import { containerdLog, dmesgCurrent, dmesgHumanCurrent, kubeletLog, messages } from '../logs/host.js';
import { ipamdLog, pluginLog } from '../logs/ipamd.js';
import { podsOn } from '../plan.js';
import { Random, seedOf } from '../random.js';
import { bundleName, writeBundle, type Tree } from './archive.js';
import { writeCni } from './cni.js';
import { writeIpamd } from './ipamd.js';
import { collectNetworking } from './networking.js';
import { writeSystem } from './system.js';
import type { NodePlan, Plan } from '../types.js';

export interface BundleInput {
  readonly plan: Plan;
  readonly node: NodePlan;
  readonly seed: number;
  readonly folder: string;
  readonly verdicts: readonly Verdict[];
  readonly policies: readonly PolicyMap[];
  /** Changes to the finished tree, for faults that only logs show. */
  readonly change?: (tree: Tree, node: NodePlan) => void;
}

/** Writes the bundle and gives its file name and its conntrack list. */
export async function makeBundle(input: BundleInput): Promise<{ name: string; conntrack: string }> {
  const { plan, node } = input;
  const end = new Date();
  const boot = later(end, -46 * 60);
  const story: Story = {
    plan,
    node,
    pods: podsOn(plan, node),
    random: new Random(seedOf(input.seed, node.role)),
    boot,
    cniStart: later(boot, 75),
    podsStart: later(boot, 95),
    end,
  };
  const tree: Tree = new Map();
  await collectNetworking(plan, node, tree);
  writeSystem(story, tree);
  writeCni(plan, node, tree);
  tree.set('kernel/dmesg.current', dmesgCurrent(story));
  tree.set('kernel/dmesg.human.current', dmesgHumanCurrent(story));
  tree.set('kubelet/kubelet.log', kubeletLog(story));
  tree.set('containerd/containerd-log.txt', containerdLog(story));
  tree.set('var_log/messages', messages(story));
  if (!plan.overlay) writeVpcCni(input, story, tree);
  writeContainerLogs(story, tree);
  input.change?.(tree, node);
  const name = bundleName(node.instanceId, end);
  await writeBundle(joinPath(input.folder, name), tree, end);
  return { name, conntrack: tree.get('networking/conntrack.txt') ?? '' };
}

/** What only the VPC CNI and its policy agent leave on a node. */
function writeVpcCni(input: BundleInput, story: Story, tree: Tree): void {
  const { plan, node } = input;
  writeIpamd(plan, node, tree, story.podsStart);
  const policies = input.policies.filter((policy) => policy.pod.node === node.role);
  tree.set('networking/ebpf-data.txt', ebpfData(story));
  tree.set('networking/ebpf-maps-data.txt', ebpfMaps(story, policies));
  const cni = 'var_log/aws-routed-eni';
  tree.set(`${cni}/ipamd.log`, ipamdLog(story));
  tree.set(`${cni}/plugin.log`, pluginLog(story));
  tree.set(`${cni}/network-policy-agent.log`, agentLog(story, input.verdicts, policies));
  tree.set(`${cni}/ebpf-sdk.log`, sdkLog(story));
  tree.set(`${cni}/egress-v${plan.options.ipv6 ? 4 : 6}-plugin.log`, '');
}
