import { describe, expect, it } from 'vitest';
import { pathDocument } from '../../../src/explain/path/document.js';
import { renderPath } from '../../../src/explain/path/text.js';
import type { PathQuestion } from '../../../src/explain/path/types.js';
import { walk } from '../../../src/explain/path/walk.js';
import type { NodeFacts } from '../../../src/model/node.js';
import { parseIpRoutes } from '../../../src/artifacts/ip-route.js';
import { parseIpRules } from '../../../src/artifacts/ip-rule.js';
import { iptables, ok, pod, rules, sysctl } from '../../facts/support.js';
import { policies, serviceRules, VETH_A, VETH_B, vpcNode } from '../nodes.js';

const A = vpcNode();
const B = vpcNode({ id: 'node-b', subnet: 2 });

function ask(
  nodes: readonly NodeFacts[],
  src: string,
  dst: string,
  port: number | null = 8080,
  more: Partial<PathQuestion> = {},
) {
  const question: PathQuestion = {
    src: { ip: src, port: null },
    dst: { ip: dst, port },
    protocol: 'tcp',
    sport: 41_000,
    node: null,
    answer: false,
    ...more,
  };
  return pathDocument(walk(nodes, question));
}

describe('a pod’s packet', () => {
  it('goes to a pod of another node, by its veth', () => {
    const d = ask([A, B], '10.0.1.10', '10.0.2.11');
    expect(d).toMatchObject({
      verdict: 'forwarded',
      out_interface: 'eth0',
      packet: { in_interface: VETH_A },
    });
    expect(d.other_nodes).toMatchObject([
      { node: 'node-b', out_interface: VETH_B, packet: { in_interface: 'eth0' } },
    ]);
    expect(d.outcome).toMatchObject({ verdict: 'forwarded', node: 'node-b' });
  });

  it('goes from veth to veth on the same node', () => {
    const d = ask([A, B], '10.0.1.10', '10.0.1.11', 8080, { answer: true });
    expect(d).toMatchObject({ verdict: 'forwarded', out_interface: VETH_B, other_nodes: [], remarks: [] });
    expect(d.return).toMatchObject([{ packet: { in_interface: VETH_B }, out_interface: VETH_A }]);
  });

  it('is lost where the destination’s node has no route to the pod', () => {
    const broken = vpcNode({ id: 'node-b', subnet: 2, lessRoutes: ['10.0.2.11 '] });
    const d = ask([A, broken], '10.0.1.10', '10.0.2.11', 8080, { answer: true });
    expect(d.other_nodes[0]).toMatchObject({
      verdict: 'dropped',
      out_interface: null,
      decided_by: {
        kind: 'route',
        text: '10.0.2.0/24 dev eth0 proto kernel scope link src 10.0.2.5',
        line: 2,
      },
    });
    expect(d.other_nodes[0]?.notes[0]).toContain(`no route leads to its veth ${VETH_B}`);
    expect(d.return).toEqual([]);
    expect(d.remarks).toContain('There is no answer to follow: the packet is dropped on node-b.');
  });

  it('meets no route at all: the file stands for the line that is not there', () => {
    const lost = vpcNode({ lessRoutes: ['default '] });
    expect(ask([lost], '10.0.1.10', '10.0.2.11')).toMatchObject({
      verdict: 'rejected',
      decided_by: {
        kind: 'route',
        text: 'no route to 10.0.2.11',
        file: 'networking/iproute.txt',
        line: null,
      },
    });
  });

  it('is denied by its own egress policy before the first rule', () => {
    const node = vpcNode({ parts: policies('web-7d4b9c6f5d-shop', { egress: [{ key: '10.0.9.0/24' }] }) });
    const d = ask([node], '10.0.1.10', '10.0.2.11');
    expect(d.trail.map((s) => [s.hook, s.chain, s.effect])).toEqual([['TC', VETH_A, 'drop']]);
    expect(d.decided_by?.kind).toBe('policy');
    expect(d.translated).toBeNull();
  });

  it('is judged at the egress by the address of the service, at the ingress by the pod’s', () => {
    const source = vpcNode({
      natRules: serviceRules('10.0.2.10:8080'),
      parts: policies('web-7d4b9c6f5d-shop', {
        egress: [{ key: '172.20.0.1/32', protocol: 'TCP', startPort: 80 }],
      }),
    });
    const target = vpcNode({
      id: 'node-b',
      subnet: 2,
      parts: policies('web-7d4b9c6f5d-shop', {
        ingress: [{ key: '10.0.1.10/32', protocol: 'TCP', startPort: 8080 }],
      }),
    });
    const d = ask([source, target], '10.0.1.10', '172.20.0.1', 80);
    expect(d.translated?.dst).toBe('10.0.2.10:8080');
    expect(d.policy).toMatchObject([{ direction: 'egress', peer: '172.20.0.1', verdict: 'allow' }]);
    expect(d.other_nodes[0]?.policy).toMatchObject([
      { direction: 'ingress', peer: '10.0.1.10', verdict: 'allow' },
    ]);
    expect(d.outcome.verdict).toBe('forwarded');
  });

  it('goes every way that chance allows, and follows each', () => {
    const source = vpcNode({ natRules: serviceRules('10.0.2.10:8080', '10.0.3.10:8080') });
    const dropping = vpcNode({ id: 'node-c', subnet: 3, forward: 'DROP' });
    const d = ask([source, B, dropping], '10.0.1.10', '172.20.0.1', 80);
    expect(d).toMatchObject({ verdict: 'forwarded', translated: null });
    expect(d.branches.map((b) => b.translated?.dst)).toEqual(['10.0.2.10:8080', '10.0.3.10:8080']);
    expect(d.other_nodes.map((n) => [n.node, n.verdict])).toEqual([
      ['node-b', 'forwarded'],
      ['node-c', 'dropped'],
    ]);
    expect(d.outcome).toMatchObject({
      verdict: 'undetermined',
      node: 'node-c',
      decided_by: { text: ':FORWARD DROP' },
    });
  });

  it('has no one outcome where an endpoint of the same node is well and one elsewhere is not', () => {
    const source = vpcNode({ natRules: serviceRules('10.0.1.11:8080', '10.0.2.10:8080') });
    const dropping = vpcNode({ id: 'node-b', subnet: 2, forward: 'DROP' });
    expect(ask([source, dropping], '10.0.1.10', '172.20.0.1', 80).outcome).toMatchObject({
      verdict: 'undetermined',
      node: 'node-b',
    });
  });

  it('passes with a remark where the policy cannot be told', () => {
    const node = vpcNode({
      parts: policies('web-7d4b9c6f5d-shop', { egress: [] }, ['egress_pod_state_map']),
    });
    const d = ask([node], '10.0.1.10', '10.0.1.11');
    expect(d).toMatchObject({
      verdict: 'forwarded',
      policy: [
        { direction: 'egress', verdict: 'unknown' },
        { direction: 'ingress', verdict: 'allow' },
      ],
    });
    expect(d.notes[0]).toContain('whether a network policy allows it is not known');
  });

  it('is undetermined, with reasons, where the bundle lacks the rules', () => {
    const bare = vpcNode({ parts: { iptables: { ...A.iptables, state: 'missing' } } });
    const d = ask([bare], '10.0.1.10', '10.0.1.11');
    expect(d.verdict).toBe('undetermined');
    expect(d.undetermined).toEqual(['rules not known: networking/iptables-save.txt: missing']);
    expect(renderPath(d, { color: false, width: 80 })).toContain('not determined: rules not known');
  });

  it('is stopped by a node that does not forward', () => {
    const off = vpcNode({ parts: { sysctl: sysctl({ 'net.ipv4.ip_forward': '0' }) } });
    expect(ask([off], '10.0.1.10', '10.0.2.11')).toMatchObject({
      verdict: 'dropped',
      decided_by: { kind: 'sysctl', file: 'sysctls/sysctl_all.txt', line: 1 },
    });
  });
});

describe('where it begins', () => {
  it('is the pod’s ENI for a pod of a secondary one', () => {
    const secondary = vpcNode({
      moreRoutes: ['default via 10.0.1.1 dev eth1 table 2', '10.0.1.1 dev eth1 table 2 scope link'],
      parts: {
        pods: [{ ...A.pods[0]!, deviceNumber: 1, table: '2' }],
        rules: rules(
          '0: from all lookup local',
          '512: from all to 10.0.1.10 lookup main',
          '1536: from 10.0.1.10 lookup 2',
          '32766: from all lookup main',
        ),
      },
    });
    const out = ask([secondary], '10.0.1.10', '10.0.2.11');
    expect(out.out_interface).toBe('eth1');
    const into = ask([secondary], '10.0.2.11', '10.0.1.10');
    expect(into.packet).toMatchObject({
      in_interface: 'eth1',
      entry: 'comes in by eth1, the interface of the ENI that holds 10.0.1.10',
    });
  });

  it('is a veth nobody knows for a pod without one, and says so', () => {
    const node = vpcNode({ parts: { pods: [{ ...A.pods[0]!, veth: null }, A.pods[1]!] } });
    const d = ask([node], '10.0.1.10', '10.0.1.11');
    expect(d.packet.in_interface).toBe('eni00000000000');
    expect(d.assumptions[0]).toContain('the veth of pod shop/web-7d4b9c6f5d-aaaaa is not known');
  });

  it('needs --node when a service is asked for from nowhere, unless there is one node only', () => {
    const service = {
      name: null,
      clusterIp: '172.20.0.1',
      port: 80,
      protocol: 'tcp' as const,
      endpoints: [],
      rejected: null,
      loc: { file: 'f', line: 1 },
    };
    const a = vpcNode({ parts: { services: [service] } });
    expect(() => ask([a, B], '192.0.2.1', '172.20.0.1', 80)).toThrow('Neither 192.0.2.1 nor 172.20.0.1');
    expect(ask([a], '192.0.2.1', '172.20.0.1', 80).assumptions[0]).toContain(
      'taken to come from a pod of this node',
    );
  });

  it('is the later holder of an address that moved', () => {
    const old = vpcNode({ id: 'old', parts: { pods: [{ ...A.pods[0]!, allocatedAt: 1 }] } });
    const now = vpcNode({ id: 'now', parts: { pods: [{ ...A.pods[0]!, allocatedAt: 2 }] } });
    expect(ask([old, now], '10.0.1.10', '10.0.9.9').node).toBe('now');
  });
});

describe('IPv6', () => {
  const rules6 = ok(
    parseIpRules(
      '0: from all lookup local\n512: from all to 2600::9 lookup main\n32766: from all lookup main',
      'networking/ip6rule.txt',
      6,
    ),
    'networking/ip6rule.txt',
  );
  const six = (...lines: string[]) =>
    vpcNode({
      parts: {
        pods: [pod('2600::9', { name: 'web-1', veth: VETH_A })],
        routes6: ok(parseIpRoutes(lines.join('\n'), 'networking/ip6route.txt', 6), 'networking/ip6route.txt'),
        rules6,
        ip6tables: iptables(
          '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n',
          6,
        ),
        sysctl: sysctl({ 'net.ipv6.conf.all.forwarding': '1' }),
      },
    });
  const VETH_ROUTE = `2600::9 dev ${VETH_A} metric 1024 pref medium`;

  it('has addresses and ports apart', () => {
    const d = ask([six('default via fe80::1 dev eth0 metric 1024', VETH_ROUTE)], '2600::9', '2600:1::7', 443);
    expect(d).toMatchObject({
      verdict: 'forwarded',
      out_interface: 'eth0',
      packet: { src: '[2600::9]:41000', dst: '[2600:1::7]:443' },
    });
  });

  it('names the file of its own family where there is no route', () => {
    const d = ask([six(VETH_ROUTE)], '2600::9', '2600:1::7', 443);
    expect(d.decided_by).toMatchObject({ kind: 'route', file: 'networking/ip6route.txt', line: null });
  });
});

describe('the answer', () => {
  it('is turned back to the pod on the node that translated it', () => {
    const d = ask([A], '10.0.1.10', '198.51.100.7', 443, { answer: true });
    expect(d.translated?.src).toBe('10.0.1.5:41000');
    expect(d.return).toMatchObject([
      {
        packet: { src: '198.51.100.7:443', dst: '10.0.1.10:41000', in_interface: 'eth0' },
        out_interface: VETH_A,
      },
    ]);
  });

  const hole = { id: 'node-b', subnet: 2, moreRoutes: ['blackhole 10.0.1.0/24'] };

  it('dies at a route back that is a blackhole', () => {
    const loose = sysctl({
      'net.ipv4.ip_forward': '1',
      'net.ipv4.conf.all.rp_filter': '0',
      'net.ipv4.conf.eth0.rp_filter': '0',
      [`net.ipv4.conf.${VETH_B}.rp_filter`]: '0',
    });
    const d = ask([A, vpcNode({ ...hole, parts: { sysctl: loose } })], '10.0.1.10', '10.0.2.11', 8080, {
      answer: true,
    });
    expect(d.return).toMatchObject([
      { node: 'node-b', verdict: 'dropped', decided_by: { kind: 'route', text: 'blackhole 10.0.1.0/24' } },
    ]);
  });

  it('is not even asked for where the same route makes source validation refuse the packet', () => {
    const d = ask([A, vpcNode(hole)], '10.0.1.10', '10.0.2.11', 8080, { answer: true });
    expect(d.other_nodes[0]).toMatchObject({
      verdict: 'dropped',
      decided_by: { kind: 'rp_filter', file: 'sysctls/sysctl_all.txt', line: 3 },
    });
    expect(d.return).toEqual([]);
  });
});

describe('hostile names', () => {
  it('reach neither the terminal nor a row of their own', () => {
    const evil = '\u001b[31mred\u202e\nnew line';
    const node = vpcNode({ id: evil, parts: { pods: [{ ...A.pods[0]!, name: evil }, A.pods[1]!] } });
    const text = renderPath(ask([node], '10.0.1.10', '10.0.1.11'), { color: false, width: 80 });
    expect(text).not.toMatch(/[\u001b\u202e]/);
    expect(text).not.toMatch(/^new line/m);
    expect(text).toContain('\\x1b[31mred\\u202e');
  });
});
