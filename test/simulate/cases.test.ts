import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { routeLookup, simulate, type SimResult } from '../../src/simulate/index.js';
import type { NodeFacts } from '../../src/model/node.js';
import { nodeFacts } from './facts.js';

/** Flows of the example cases through the bundles' own rules and routes: what the makers of the cases measured. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const cases = process.env['EKS_NETCHECK_CASES'] ?? path.resolve(root, '../shared/cases');
const present = existsSync(cases);

interface TruthFlow {
  readonly proto: 'tcp' | 'udp' | 'icmp';
  readonly src: string;
  readonly dst: string;
  readonly sport: number;
  readonly dport: number;
  readonly role: string;
  readonly outcome: string;
}

interface Truth {
  readonly drop_point: string;
  readonly bundles?: Readonly<Record<string, string>>;
  readonly flows: readonly TruthFlow[];
}

const scratch = present ? mkdtempSync(path.join(tmpdir(), 'netcheck-cases-')) : '';
afterAll(() => {
  if (present) rmSync(scratch, { recursive: true });
});

function readNode(archive: string): NodeFacts {
  const into = mkdtempSync(path.join(scratch, 'b-'));
  execFileSync('tar', ['-xzf', archive, '-C', into]);
  const text = (name: string): string | null => {
    const file = path.join(into, name);
    return existsSync(file) ? readFileSync(file, 'utf8') : null;
  };
  const texts = {
    iptables: text('networking/iptables-save.txt'),
    rules: text('networking/iprule.txt'),
    routes: text('networking/iproute.txt'),
    sysctl: text('sysctls/sysctl_all.txt'),
  };
  return nodeFacts(Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== null)));
}

/** What the node does with the flow's first packet, when one of its pods sends it. */
function egress(node: NodeFacts, flow: TruthFlow): SimResult | null {
  const home = routeLookup(node, { family: 4, src: null, dst: flow.src, iif: null });
  if (home.route?.prefixLength !== 32 || home.route.type !== 'unicast' || home.dev === null) return null;
  return simulate(node, { ...flow, protocol: flow.proto, family: 4, iif: home.dev, ctstate: 'NEW' });
}

describe('simulate, on the example cases', () => {
  it.skipIf(!present)(present ? 'says what happened' : 'skipped: needs the example cases', () => {
    let healthy = 0;
    let dropped = 0;
    for (const name of readdirSync(cases)) {
      const file = path.join(cases, name, 'truth.json');
      if (!existsSync(file)) continue;
      const truth = JSON.parse(readFileSync(file, 'utf8')) as Truth;
      for (const [role, bundle] of Object.entries(truth.bundles ?? {})) {
        const archive = path.join(cases, name, bundle);
        if (!existsSync(archive)) continue;
        const node = readNode(archive);
        for (const flow of truth.flows) {
          const result = egress(node, flow);
          if (result === null) continue;
          const here = flow.role === 'fail' && role === 'src' && truth.drop_point === 'src_node';
          const said = `${name} ${role} ${flow.proto} ${flow.src}:${flow.sport} > ${flow.dst}:${flow.dport}`;
          expect([said, result.verdict, result.undetermined]).toEqual([
            said,
            here ? 'dropped' : 'forwarded',
            [],
          ]);
          if (here) dropped += 1;
          else healthy += 1;
        }
      }
    }
    expect(healthy).toBeGreaterThan(20);
    expect(dropped).toBeGreaterThan(2);
  });
});
