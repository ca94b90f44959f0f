/** Starts the servers and runs the clients. */
import { fileURLToPath } from 'node:url';
import { inside, run, runProgram } from './shell.js';
import type { FlowOutcome, FlowSpec, Plan } from './types.js';

const script = (name: string): string => fileURLToPath(new URL(`./traffic/${name}`, import.meta.url));

/** Starts every server and returns when all sockets are bound. */
export async function startServers(plan: Plan): Promise<void> {
  const v6 = plan.options.ipv6 ?? false;
  const http = (...ports: number[]): object[] => ports.map((port) => ({ kind: 'http', port, v6 }));
  const { B, D, E } = plan.pods;
  await Promise.all([
    serve(B.netns, [
      ...http(8080, 8081, 9090),
      { kind: 'udp', port: 5353, v6 },
      { kind: 'sink', port: 9125, v6 },
    ]),
    serve(D.netns, [...http(9090, 5432), { kind: 'udp', port: 9125, v6 }]),
    serve(E.netns, [{ kind: 'dns', port: 53, v6 }]),
    serve(plan.nodes.dst.netns, http(10250)),
  ]);
}

function serve(netns: string, specs: object[]): Promise<void> {
  return runProgram(netns, 'serve.py', [JSON.stringify(specs)]);
}

/** Runs all flows, one client process per namespace, and gives what each client saw. */
export async function runFlows(plan: Plan, flows: readonly FlowSpec[]): Promise<Map<string, FlowOutcome>> {
  const groups = new Map<string, FlowSpec[]>();
  for (const flow of flows) {
    const netns = flow.from === 'n1' ? plan.nodes.src.netns : plan.pods[flow.from].netns;
    groups.set(netns, [...(groups.get(netns) ?? []), flow]);
  }
  const outputs = await Promise.all(
    [...groups].map(([netns, group]) =>
      run(inside(netns, ['python3', script('client.py')]), JSON.stringify(group)),
    ),
  );
  const outcomes = outputs.flatMap((text) => JSON.parse(text) as FlowOutcome[]);
  return new Map(outcomes.map((outcome) => [outcome.id, outcome]));
}
