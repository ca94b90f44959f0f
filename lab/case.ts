/** Makes one case from a fault: wire, break, capture, talk, collect, tell the truth, take down. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeBundle } from './bundle/bundle.js';
import { Captures, planCaptures, type CaptureRole } from './capture.js';
import { readFrames, type Frame } from './counts.js';
import { Flows } from './flows.js';
import { makePlan } from './plan.js';
import { seedOf } from './random.js';
import { dropFolder, inside, ownFolder, removeNamespaces, run, sleep } from './shell.js';
import { runFlows, startServers } from './traffic.js';
import { makeTruth, translations } from './truth.js';
import { verdictsOf } from './verdicts.js';
import { wire } from './wire.js';
import type { Fault, Lab } from './fault.js';
import type { Tree } from './bundle/archive.js';
import type { FlowOutcome, FlowSpec, NodePlan, Plan, PointName } from './types.js';

export interface CaseOptions {
  readonly out: string;
  readonly seed: number;
  /** Unique among all runs on this machine; names every namespace. */
  readonly id: string;
}

/** Writes `<out>/<fault>/{bundles,caps,truth.json}`. */
export async function makeCase(fault: Fault, options: CaseOptions): Promise<void> {
  const seed = seedOf(options.seed, fault.name);
  const plan = makePlan(options.id, seed, fault.options ?? {});
  const folder = join(options.out, fault.name);
  for (const part of ['bundles', 'caps']) mkdirSync(join(folder, part), { recursive: true });
  try {
    await wire(plan);
    await startServers(plan);
    await fault.apply?.(labOf(plan));
    await observe(fault, plan, seed, folder);
  } finally {
    removeNamespaces(namespacesOf(plan));
  }
}

function namespacesOf(plan: Plan): string[] {
  return [
    plan.router,
    ...(plan.cable ? [plan.cable] : []),
    ...Object.values(plan.nodes).map((n) => n.netns),
    ...Object.values(plan.pods).map((p) => p.netns),
  ];
}

function labOf(plan: Plan): Lab {
  const at = (netns: string) => async (line: string) => {
    await run(inside(netns, line.split(' ')));
  };
  return {
    plan,
    src: at(plan.nodes.src.netns),
    dst: at(plan.nodes.dst.netns),
    vpc: at(plan.router),
    pod: (key, line) => at(plan.pods[key].netns)(line),
  };
}

async function observe(fault: Fault, plan: Plan, seed: number, folder: string): Promise<void> {
  const flows = fault.flows(new Flows(plan, seed));
  // Captured in a folder of our own: tools that drop privileges cannot write everywhere.
  const scratch = ownFolder(mkdtempSync(join(tmpdir(), 'eks-netcheck-lab-')));
  const { captures, outcomes } = await record(fault, plan, flows, scratch);
  refuseSurprises(flows, outcomes);
  const bundlesAt = join(folder, 'bundles');
  const frames = new Map<CaptureRole, Frame[]>();
  for (const [role, files] of captures) {
    const parts: Frame[][] = [];
    for (const file of files) parts.push(await readFrames(join(scratch, file)));
    frames.set(role, parts.flat());
  }
  const policies = fault.policies?.(plan) ?? [];
  const bundles = new Map<'src' | 'dst', string>();
  let translated = new Map<string, never>() as ReturnType<typeof translations>;
  for (const node of Object.values(plan.nodes)) {
    if (node.role === 'dst' && plan.options.sameNode) continue;
    const verdicts = verdictsOf({ plan, node, flows, outcomes, frames, policies });
    const change = fault.bundle && ((tree: Tree, of: NodePlan) => fault.bundle!(tree, of, plan));
    const bundle = await makeBundle({
      ...{ plan, node, seed, folder: bundlesAt, verdicts, policies },
      ...(change ? { change } : {}),
    });
    bundles.set(node.role, bundle.name);
    if (node.role === 'src') translated = translations(bundle.conntrack, flows);
  }
  for (const file of [...captures.values()].flat())
    await run(['cp', join(scratch, file), join(folder, 'caps', file)]);
  dropFolder(scratch);
  const interfaces = await interfaceIndexes(plan);
  const routerRules = (await run(inside(plan.router, ['iptables', '-nvxL', 'FORWARD'])))
    .split('\n')
    .slice(2)
    .filter(Boolean);
  const truth = makeTruth({
    fault,
    plan,
    captures,
    frames,
    interfaces,
    bundles,
    flows,
    outcomes,
    translated,
    routerRules,
  });
  writeFileSync(join(folder, 'truth.json'), JSON.stringify(truth, null, 1) + '\n');
}

/** A case whose flows did not end as the fault says would carry a false truth. */
function refuseSurprises(flows: readonly FlowSpec[], outcomes: ReadonlyMap<string, FlowOutcome>): void {
  const surprises = flows.filter((flow) => {
    const outcome = outcomes.get(flow.id)?.outcome;
    return (flow.role === 'healthy' && outcome !== 'ok') || (flow.role === 'fail' && outcome === 'ok');
  });
  if (surprises.length > 0)
    throw new Error(
      surprises
        .map((f) => `${f.role} flow ${f.id} ended as ${String(outcomes.get(f.id)?.outcome)}`)
        .join(', '),
    );
}

/** Captures while the clients talk, with the windows that the fault asks for. */
async function record(
  fault: Fault,
  plan: Plan,
  flows: readonly FlowSpec[],
  scratch: string,
): Promise<{ captures: Map<CaptureRole, string[]>; outcomes: Map<string, FlowOutcome> }> {
  const options = fault.capture ?? {};
  const jobs = planCaptures(plan, options);
  const captures = new Captures(scratch, options);
  const late = jobs.filter((job) => options.lateDst && job.node.role === 'dst');
  for (const job of jobs.filter((j) => !late.includes(j))) await captures.begin(job);
  await sleep(0.3);
  const talk = runFlows(plan, flows);
  const windows = [
    options.lateDst
      ? sleep(options.lateDst).then(() => Promise.all(late.map((job) => captures.begin(job))))
      : null,
    options.earlySrc
      ? sleep(options.earlySrc).then(() => captures.end((job) => job.node.role === 'src'))
      : null,
  ];
  const outcomes = await talk;
  await Promise.all(windows);
  await sleep(1.2);
  await captures.end();
  return { captures: captures.finish(jobs), outcomes };
}

async function interfaceIndexes(plan: Plan): Promise<Map<PointName, number>> {
  const { src } = plan.nodes;
  const server = plan.nodes[plan.pods.B.node];
  const index = async (netns: string, device: string): Promise<number> =>
    Number((await run(['ip', '-n', netns, '-o', 'link', 'show', 'dev', device])).split(':')[0]);
  return new Map<PointName, number>([
    ['src_veth', await index(src.netns, plan.pods.A.hostVeth)],
    ['src_eth0', await index(src.netns, 'eth0')],
    ['dst_eth0', await index(plan.nodes.dst.netns, 'eth0')],
    ['dst_veth', await index(server.netns, plan.pods.B.hostVeth)],
  ]);
}
