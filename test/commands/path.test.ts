import { describe, expect, it } from 'vitest';
import { addPath } from '../../src/commands/path.js';
import { withNodes } from '../../src/explain/load.js';
import { pathDocument, type PathDocument } from '../../src/explain/path/document.js';
import { walk } from '../../src/explain/path/walk.js';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import { runCommand, runJson } from '../explain/run-command.js';
import {
  bundlesOf,
  exampleCases,
  NEEDS_CASES,
  sampleCases,
  type Case,
  type CaseFlow,
} from '../explain/samples.js';

const path = (...args: string[]): Promise<PathDocument> => runJson<PathDocument>(addPath, 'path', ...args);

const FORWARD = bundlesOf('forward-policy-drop');
const BLACKHOLE = bundlesOf('blackhole-route');
const NETPOL = bundlesOf('netpol-ingress-deny');
const HEALTHY = bundlesOf('healthy');

describe('path: what decides', () => {
  it('is the policy of FORWARD, with its line', async () => {
    const d = await path(FORWARD, '--src', '10.84.4.62', '--dst', '10.84.92.92:8080');
    expect(d).toMatchObject({
      verdict: 'dropped',
      out_interface: null,
      translated: null,
      decided_by: { kind: 'policy', text: ':FORWARD DROP', file: 'networking/iptables-save.txt', line: 19 },
      node: 'i-01bf1f3c2d4539713',
      packet: {
        in_interface: 'eni4866ad8917c',
        src: '10.84.4.62:40000',
        dst: '10.84.92.92:8080',
        state: 'NEW',
      },
      other_nodes: [],
      outcome: { verdict: 'dropped', node: 'i-01bf1f3c2d4539713' },
      undetermined: [],
      branches: [],
      assumptions: [],
      return: null,
    });
    expect(d.trail.at(-1)).toEqual({
      hook: 'FORWARD',
      table: 'filter',
      chain: 'FORWARD',
      text: ':FORWARD DROP',
      file: 'networking/iptables-save.txt',
      line: 19,
      effect: 'policy drop',
    });
  });

  it('is the blackhole route, with its line', async () => {
    const d = await path(BLACKHOLE, '--src', '10.36.26.63', '--dst', '10.36.118.75:8080');
    expect(d.verdict).toBe('dropped');
    expect(d.decided_by).toEqual({
      kind: 'route',
      text: 'blackhole 10.36.118.75',
      file: 'networking/iproute.txt',
      line: 5,
    });
  });

  it('is the empty place in the map of the destination pod, on the other node', async () => {
    const d = await path(NETPOL, '--src', '10.33.28.67', '--dst', '10.33.117.65:8080');
    expect(d).toMatchObject({ verdict: 'forwarded', out_interface: 'eth0', node: 'i-0ca4d5e1cf3db3882' });
    expect(d.other_nodes).toHaveLength(1);
    expect(d.other_nodes[0]).toMatchObject({
      node: 'i-0b8eb1aa09babaf66',
      verdict: 'dropped',
      out_interface: null,
      packet: { in_interface: 'eth0' },
      decided_by: { kind: 'policy', file: 'networking/ebpf-maps-data.txt', line: 1 },
      policy: [{ direction: 'ingress', verdict: 'deny', peer: '10.33.28.67', key: null, map_id: 10 }],
    });
    expect(d.outcome).toMatchObject({ verdict: 'dropped', node: 'i-0b8eb1aa09babaf66' });
  });

  it('is nothing for a pod that the policy allows', async () => {
    const d = await path(NETPOL, '--src', '10.33.28.96', '--dst', '10.33.117.65:8080');
    expect(d.outcome.verdict).toBe('forwarded');
    expect(d.other_nodes[0]).toMatchObject({
      out_interface: 'eni82361b04c41',
      policy: [{ verdict: 'allow', key: '10.33.28.96/32' }],
    });
  });

  it('is the port, where the policy allows another one', async () => {
    const d = await path(NETPOL, '--src', '10.33.28.96', '--dst', '10.33.117.65:9999');
    expect(d.other_nodes[0]?.policy).toMatchObject([
      {
        verdict: 'deny',
        key: '10.33.28.96/32',
        reason: expect.stringContaining('TCP 8080, not TCP port 9999') as string,
      },
    ]);
  });
});

describe('path: where it goes', () => {
  it('follows a service to its endpoint, and the answer back', async () => {
    const d = await path(HEALTHY, '--src', '10.67.2.82:41000', '--dst', '172.20.208.9:80', '--return');
    expect(d.translated).toEqual({ src: '10.67.2.82:41000', dst: '10.67.70.70:8080' });
    expect(d.other_nodes[0]).toMatchObject({ verdict: 'forwarded', packet: { dst: '10.67.70.70:8080' } });
    expect(d.return?.map((n) => [n.node, n.verdict, n.packet.src, n.packet.dst, n.out_interface])).toEqual([
      ['i-07e60ab9a392574e6', 'forwarded', '10.67.70.70:8080', '10.67.2.82:41000', 'eth0'],
      ['i-0a95d390cbbd749e2', 'forwarded', '10.67.70.70:8080', '10.67.2.82:41000', 'eni55a96cc3173'],
    ]);
    expect(d.return?.every((n) => n.packet.state === 'ESTABLISHED')).toBe(true);
  });

  it('shows SNAT to the outside, and that nothing is known behind it', async () => {
    const d = await path(
      HEALTHY,
      '--src',
      '10.67.2.82',
      '--dst',
      '198.51.100.7:53',
      '--proto',
      'udp',
      '--return',
    );
    expect(d.translated).toEqual({ src: '10.67.2.30', dst: '198.51.100.7:53' });
    expect(d.other_nodes).toEqual([]);
    expect(d.remarks).toEqual([
      '198.51.100.7 is in no bundle given: what happens behind i-0a95d390cbbd749e2 is not known.',
    ]);
    // The answer comes to the node's address and is turned back to the pod's.
    expect(d.return).toMatchObject([
      { packet: { src: '198.51.100.7:53', in_interface: 'eth0' }, out_interface: 'eni55a96cc3173' },
    ]);
  });

  it('says what it takes for granted of a source in no bundle', async () => {
    const d = await path(HEALTHY, '--src', '198.51.100.7', '--dst', '10.67.70.70:8080');
    expect(d.node).toBe('i-07e60ab9a392574e6');
    expect(d.packet.in_interface).toBe('eth0');
    expect(d.assumptions).toEqual([
      "198.51.100.7 is in no bundle given (it is outside the VPC ranges that are known): the way begins at the destination's node, as the packet comes in from outside; what happens to it before is not known.",
    ]);
  });

  it('sends from the node itself, and without ports for ICMP', async () => {
    const d = await path(HEALTHY, '--src', '10.67.2.30', '--dst', '10.67.70.70', '--proto', 'icmp');
    expect(d.packet).toMatchObject({
      in_interface: null,
      src: '10.67.2.30',
      dst: '10.67.70.70',
      protocol: 'icmp',
    });
    expect(d.trail[0]?.hook).toBe('ROUTING');
    expect(d.assumptions[0]).toContain("the node's own address");
  });

  it('takes the port of the service where none is given, and says so', async () => {
    const d = await path(HEALTHY, '--src', '10.67.2.82', '--dst', '172.20.208.9');
    expect(d.packet.dst).toBe('172.20.208.9:80');
    expect(d.assumptions).toEqual([
      'No destination port was given: 80 is taken, the first port of that service.',
    ]);
  });

  it('begins at the node that is named', async () => {
    const args = [
      '--src',
      '10.67.2.82',
      '--dst',
      '10.67.70.70:8080',
      '--node',
      'ip-10-67-70-17.ap-south-1.compute.internal',
    ];
    const d = await path(HEALTHY, ...args);
    expect(d).toMatchObject({
      node: 'i-07e60ab9a392574e6',
      verdict: 'forwarded',
      packet: { in_interface: 'eth0' },
    });
  });
});

describe('path: wrong usage', () => {
  const cases: readonly (readonly [string, readonly string[], string])[] = [
    ['no destination', ['--src', '10.0.0.1'], 'Give both ends'],
    ['no address', ['--src', 'web-0', '--dst', '10.0.0.1'], 'Give an address'],
    ['two families', ['--src', '10.67.2.82', '--dst', '2600::1'], 'Give both as IPv4 or both as IPv6'],
    [
      'a node that is none',
      ['--src', '10.67.2.82', '--dst', '10.67.70.70:80', '--node', 'i-1'],
      'There are: i-07e60ab9a392574e6',
    ],
    [
      'ends nobody knows',
      ['--src', '192.0.2.1', '--dst', '198.51.100.7:80'],
      'Say at which node to begin with --node',
    ],
    ['no port', ['--src', '10.67.2.82', '--dst', '10.67.70.70:80', '--sport', '0'], 'Give a port'],
    [
      'a protocol that is none',
      ['--src', '10.67.2.82', '--dst', '10.67.70.70:80', '--proto', 'ipx'],
      'Allowed choices',
    ],
    [
      'a format it has not',
      ['--src', '10.67.2.82', '--dst', '10.67.70.70:80', '--format', 'yaml'],
      'Allowed choices',
    ],
  ];
  it.each(cases)('%s: exit code 2 and a hint', async (_name, args, hint) => {
    const ran = await runCommand(addPath, 'path', HEALTHY, ...args);
    expect(ran.code).toBe(2);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).toContain(hint);
  });

  it('has examples in its help', async () => {
    const ran = await runCommand(addPath, 'path', '--help');
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain('Examples:');
  });
});

describe('path: text', () => {
  it('marks the deciding line and cites it', async () => {
    const { stdout } = await runCommand(
      addPath,
      'path',
      BLACKHOLE,
      '--src',
      '10.36.26.63',
      '--dst',
      '10.36.118.75:8080',
    );
    const lines = stdout.split('\n');
    expect(lines.slice(0, 4)).toEqual([
      '10.36.26.63:40000 → 10.36.118.75:8080, tcp, a new connection',
      'DROPPED on i-09413053e61582c7b',
      '  decided by routing: blackhole 10.36.118.75',
      '  networking/iproute.txt:5',
    ]);
    const at = lines.findIndex((l) => l.startsWith('>'));
    expect(lines.slice(at, at + 3)).toEqual([
      '> ROUTING     main                           blackhole',
      '      networking/iproute.txt:5',
      '      blackhole 10.36.118.75',
    ]);
    expect(lines.filter((l) => l.length > 80)).toEqual([]);
  });
});

/** Kinds of finding whose cause a node's own rules and routes show. */
const DECIDED: Readonly<Record<string, string>> = {
  forward_policy_drop: 'policy',
  blackhole_route: 'route',
  netpol_deny: 'policy',
  missing_route: 'route',
};

/** The agent's log accepts this flow, and the map made up for the case has no entry for it: the map is what is asked. */
const CONTRADICTED: Readonly<Record<string, readonly string[]>> = {
  'dst-netpol-ingress-deny': ['10.42.48.76 10.42.12.79:9090 dropped '],
};

/** Failing flows of cases with a drop on a node. */
function failing(cases: readonly Case[]): [string, Case, CaseFlow, string][] {
  return cases.flatMap((c) => {
    const finding = c.expected_findings.find((f) => Object.hasOwn(DECIDED, f));
    const flow = c.flows.find((f) => f.role === 'fail');
    if (finding === undefined || flow === undefined || !/^(?:src|dst)_node/.test(c.drop_point)) return [];
    return [[`${c.name}: ${finding}`, c, flow, DECIDED[finding]!]];
  });
}

const ask = ({ bundles }: Case, f: CaseFlow): Promise<PathDocument> =>
  path(
    bundles,
    '--src',
    `${f.src}:${f.sport}`,
    '--dst',
    f.proto === 'icmp' ? f.dst : `${f.dst}:${f.dport}`,
    '--proto',
    f.proto,
  );

describe(`path on every case${NEEDS_CASES}`, () => {
  const all = [...sampleCases(), ...exampleCases()];

  it.each(failing(all))('%s', async (_name, c, flow, kind) => {
    const d = await ask(c, flow);
    expect(d.outcome).toMatchObject({ verdict: 'dropped', decided_by: { kind } });
    const role = c.drop_point.startsWith('src') ? 'src' : 'dst';
    const node = c.topology.nodes?.find((n) => n.role === role);
    if (node !== undefined) expect(d.outcome.node).toBe(node.instance_id);
    expect(d.outcome.decided_by?.file).toMatch(/iptables-save\.txt$|iproute\.txt$|ebpf-maps-data\.txt$/);
    expect(d.outcome.decided_by?.line).toBeGreaterThan(0);
  });

  // Each case is read once, and all its flows are asked of it.
  it.each(all.map((c) => [c.name, c] as const))(
    '%s: lets every healthy flow through to the end',
    async (_name, c) => {
      const healthy = c.flows.filter((f) => f.role === 'healthy');
      const stopped = await withNodes([c.bundles], { limits: DEFAULT_LIMITS }, ({ nodes }) => {
        const facts = nodes.map((n) => n.facts);
        return healthy.flatMap((f) => {
          const end = (ip: string, port: number) => ({ ip, port: f.proto === 'icmp' ? null : port });
          const [src, dst] = [end(f.src, f.sport), end(f.dst, f.dport)];
          const answer = walk(facts, {
            src,
            dst,
            protocol: f.proto,
            sport: src.port,
            node: null,
            answer: true,
          });
          const d = pathDocument(answer);
          const back = d.return?.map((n) => n.verdict) ?? [];
          const fine = [d.outcome.verdict, ...back].every((v) => v === 'forwarded' || v === 'delivered');
          return fine && back.length > 0
            ? []
            : [`${f.src} ${f.dst}:${f.dport} ${d.outcome.verdict} ${back.join(' ')}`];
        });
      });
      expect(stopped).toEqual(CONTRADICTED[c.name] ?? []);
    },
  );
});
