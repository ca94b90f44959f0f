import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { addNetwork } from '../../src/commands/network.js';
import type { networkDocument } from '../../src/explain/network/report.js';
import { networkReport } from '../../src/explain/network/report.js';
import { renderNetwork } from '../../src/explain/network/text.js';
import { SECTIONS } from '../../src/explain/network/types.js';
import { vpcNode } from '../explain/nodes.js';
import { runCommand, runJson } from '../explain/run-command.js';
import { bundlesOf, exampleCases, NEEDS_CASES } from '../explain/samples.js';
import { node, pod } from '../facts/support.js';

type Doc = ReturnType<typeof networkDocument>;

const network = (...args: string[]): Promise<Doc> => runJson<Doc>(addNetwork, 'network', ...args);

/** `node section id: status` of all that is not ok. */
function bad(d: Doc): string[] {
  return d.nodes.flatMap((n) =>
    Object.entries(n.sections).flatMap(([section, s]) =>
      s.checks.filter((c) => c.status !== 'ok').map((c) => `${n.node} ${section} ${c.id}: ${c.status}`),
    ),
  );
}

describe('network on the samples', () => {
  it.each([
    ['healthy', []],
    ['vpc-drop', []],
    ['return-path-lost', []],
    ['netpol-ingress-deny', []],
    ['forward-policy-drop', ['i-01bf1f3c2d4539713 iptables forward-chain: wrong']],
    ['blackhole-route', ['i-09413053e61582c7b routes refusing-routes: wrong']],
  ])('%s: says what is wrong and nothing else', async (sample, expected) => {
    expect(bad(await network(bundlesOf(sample)))).toEqual(expected);
  });

  it('cites the line of what is wrong', async () => {
    const d = await network(bundlesOf('blackhole-route'), '--sections', 'routes');
    const node = d.nodes.find((n) => n.node === 'i-09413053e61582c7b');
    expect(node?.sections['routes']?.checks.find((c) => c.id === 'refusing-routes')).toEqual({
      id: 'refusing-routes',
      status: 'wrong',
      reason: 'blackhole route for 10.36.118.75/32 in table main: packets for 10.36.118.75 end there',
      evidence: [{ file: 'networking/iproute.txt', line: 5, text: 'blackhole 10.36.118.75' }],
    });
  });

  it('lists what is there, row by row', async () => {
    const d = await network(bundlesOf('healthy'));
    const node = d.nodes.find((n) => n.node === 'i-0a95d390cbbd749e2');
    expect(Object.keys(node?.sections ?? {})).toEqual([...SECTIONS]);
    const { eni, rules, iptables, ebpf } = node!.sections;
    expect(eni?.tables['pods']).toContainEqual({
      ip: '10.67.2.82',
      pod: expect.stringContaining('/frontend-') as string,
      veth: 'eni55a96cc3173',
      veth_from: 'plugin-log',
      eni: expect.stringMatching(/^eni-/) as string,
      device_number: 0,
      table: 'main',
      evidence: expect.stringMatching(/^ipamd\/ipam\.json:\d+$/) as string,
    });
    expect(rules?.tables['rules']?.map((r) => [r['priority'], r['meaning']])).toContainEqual([
      1024,
      'answers of node ports and of SNAT leave by the primary ENI',
    ]);
    expect(iptables?.tables['forward']?.at(-2)).toMatchObject({ family: 4, target: 'ACCEPT', rule: null });
    expect(iptables?.tables['services']).toHaveLength(4);
    expect(ebpf?.tables['programs']?.[0]).toMatchObject({
      allows: 'everything',
      pods: 1,
    });
  });

  it('prints what is wrong before anything else, within the width', async () => {
    const { stdout } = await runCommand(addNetwork, 'network', bundlesOf('forward-policy-drop'));
    const lines = stdout.split('\n');
    expect(lines.findIndex((l) => l.startsWith('  WRONG   forward-chain'))).toBeLessThan(8);
    expect(lines.filter((l) => l.length > 80)).toEqual([]);
  });

  it('writes to a file, and the same bytes again', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'network-'));
    const file = path.join(folder, 'out.json');
    try {
      const args = [
        'network',
        bundlesOf('healthy'),
        '--sections',
        'eni,cni',
        '--format',
        'json',
        '--output',
        file,
      ];
      expect(await runCommand(addNetwork, ...args)).toEqual({ code: 0, stdout: '', stderr: '' });
      const first = readFileSync(file, 'utf8');
      await runCommand(addNetwork, ...args);
      expect(readFileSync(file, 'utf8')).toBe(first);
      expect(first).not.toContain(os.tmpdir());
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('network: wrong usage', () => {
  it.each([
    [
      'a section that is none',
      [bundlesOf('healthy'), '--sections', 'eni,ruotes'],
      'Did you mean routes, rules?',
    ],
    ['no section', [bundlesOf('healthy'), '--sections', ','], 'Give some of eni'],
    ['captures only', [path.join(bundlesOf('healthy'), '../caps')], 'capture(s) and no bundle'],
    ['nothing there', ['/nowhere/bundle.tgz'], 'E_NO'],
    ['no input', [], "missing required argument 'input'"],
  ])('%s: exit code 2 and a hint', async (_name, args, hint) => {
    const ran = await runCommand(addNetwork, 'network', ...args);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(hint);
  });
});

describe('network: little to go by', () => {
  it('says that nothing was collected, and calls nothing healthy', () => {
    const bare = node({ id: 'bare' });
    const report = networkReport([{ facts: bare, input: 'x.tgz' }], SECTIONS, []);
    expect(report.nodes[0]!.status).toBe('unknown');
    const text = renderNetwork(report, { color: false, width: 80 });
    expect(text).toMatch(
      /nothing wrong was found in what was collected\n {2}\d+ checks could not be decided/,
    );
    expect(text).toContain('not collected: route tables (networking/iproute.txt)');
    expect(text).not.toMatch(/^ {2}ok /m);
  });
});

describe('network: hostile and large', () => {
  const evil = 'web\u001b]0;owned\u0007\u202e';

  it('escapes names and bounds tables', () => {
    const pods = Array.from({ length: 700 }, (_, i) =>
      pod(`10.0.${Math.floor(i / 250)}.${i % 250}`, { name: evil }),
    );
    const report = networkReport([{ facts: vpcNode({ parts: { pods } }), input: evil }], ['eni'], []);
    const table = report.nodes[0]!.sections[0]!.tables.find((t) => t.name === 'pods')!;
    expect([table.rows.length, table.leftOut]).toEqual([500, 200]);
    const text = renderNetwork(report, { color: false, width: 80 });
    expect(text).not.toMatch(/[\u001b\u0007\u202e]/);
    expect(text).toContain('… and 660 more');
  });
});

/** What is to be said of example cases, and nothing else; the others are read by the tests of `path`. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  'dst-missing-pod-route': ['routes pod-routes: wrong'],
  'src-blackhole-route': ['routes refusing-routes: wrong'],
  'src-forward-policy-drop': ['iptables forward-chain: wrong'],
  'log-ip-exhaustion': ['eni address-pool: wrong'],
  'log-aws-node-crashloop': ['eni address-pool: unknown', 'eni ipamd: warning', 'cni conflist: unknown'],
  'healthy-bulk-tso-gro': [],
  'nm-calico-blackhole': [],
  'nm-healthy': [],
  'nm-unreachable-drop-chain': [],
  'snat-remote-healthy': [],
};

describe.skipIf(NEEDS_CASES !== '')(`network on the example cases${NEEDS_CASES}`, () => {
  const known = exampleCases().filter((c) => Object.hasOwn(EXPECTED, c.name));
  it.skipIf(known.length > 0)('needs the example cases', () => undefined);
  it.each(known.map((c) => [c.name, c.bundles]))('%s', async (name, bundles) => {
    const said = bad(await network(bundles)).map((line) => line.replace(/^\S+ /, ''));
    expect(said).toEqual(EXPECTED[name]);
  });
});
