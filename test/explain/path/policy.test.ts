import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policyAnswer, type PolicyQuestion } from '../../../src/explain/path/policy.js';
import type { PolicyAnswer } from '../../../src/explain/path/types.js';
import { policies, vpcNode, type MapEntry } from '../nodes.js';

const WEB = 'web-7d4b9c6f5d-shop';
const ASKED: PolicyQuestion = { direction: 'ingress', peer: '10.0.2.7', protocol: 'tcp', dport: 8080 };

function ask(
  entries: readonly MapEntry[],
  question: Partial<PolicyQuestion> = {},
  more: { names?: string[]; cluster?: MapEntry[]; agent?: string } = {},
): PolicyAnswer | null {
  const maps = policies(
    WEB,
    { ingress: entries, ...(more.cluster ? { cluster: more.cluster } : {}) },
    more.names,
  );
  const node = vpcNode({ parts: { ...maps, identity: { nodeAgentVersion: more.agent ?? 'v1.2.1' } } });
  return policyAnswer(node, node.pods[0]!, { ...ASKED, ...question });
}

describe('a pod’s ingress map', () => {
  const allow8080 = { key: '10.0.2.0/24', protocol: 'TCP', startPort: 8080 };

  it.each<[string, readonly MapEntry[], Partial<PolicyQuestion>, 'allow' | 'deny', string | null]>([
    ['allows the port of the prefix', [allow8080], {}, 'allow', '10.0.2.0/24'],
    ['denies another port', [allow8080], { dport: 8081 }, 'deny', '10.0.2.0/24'],
    ['denies another protocol', [allow8080], { protocol: 'udp' }, 'deny', '10.0.2.0/24'],
    ['denies who is in no prefix', [allow8080], { peer: '10.0.3.7' }, 'deny', null],
    ['denies all when it is empty', [], {}, 'deny', null],
    [
      'allows a range to its end',
      [{ ...allow8080, startPort: 8000, endPort: 8080 }],
      {},
      'allow',
      '10.0.2.0/24',
    ],
    [
      'denies behind the end of a range',
      [{ ...allow8080, startPort: 8000, endPort: 8079 }],
      {},
      'deny',
      '10.0.2.0/24',
    ],
    [
      'allows any port where the first is 0',
      [{ ...allow8080, startPort: 0 }],
      { dport: 1 },
      'allow',
      '10.0.2.0/24',
    ],
    ['allows any protocol', [{ key: '0.0.0.0/0' }], { protocol: 'icmp', dport: 0 }, 'allow', '0.0.0.0/0'],
    [
      'denies where the entry is reserved',
      [{ key: '10.0.2.7/32', protocol: 'RESERVED' }, { key: '0.0.0.0/0' }],
      {},
      'deny',
      '10.0.2.7/32',
    ],
    [
      'lets the longer prefix replace the wider one',
      [{ key: '0.0.0.0/0' }, { ...allow8080, startPort: 443 }],
      {},
      'deny',
      '10.0.2.0/24',
    ],
    [
      'looks at every entry of the prefix',
      [{ ...allow8080, startPort: 443 }, allow8080],
      {},
      'allow',
      '10.0.2.0/24',
    ],
    ['always allows the node itself', [], { peer: '10.0.1.5' }, 'allow', null],
  ])('%s', (_name, entries, question, verdict, key) => {
    expect(ask(entries, question)).toMatchObject({ verdict, key });
  });

  it('cites the entry that decides', () => {
    expect(ask([{ key: '10.0.3.0/24' }, allow8080])).toMatchObject({
      file: 'networking/ebpf-maps-data.txt',
      line: 3,
      mapId: 10,
      reason: 'the entry for 10.0.2.0/24 allows TCP 8080',
    });
  });

  it('is not known where a state map decides whether the pod is isolated', () => {
    expect(ask([], {}, { names: ['ingress_pod_state_map'] })).toMatchObject({ verdict: 'unknown' });
  });

  it('is not known where an old agent dumps one port of each prefix', () => {
    expect(ask([allow8080], { dport: 9 }, { agent: 'v1.0.2' })).toMatchObject({ verdict: 'unknown' });
    expect(ask([allow8080], {}, { agent: 'v1.0.2' })).toMatchObject({ verdict: 'allow' });
  });

  it('says nothing of IPv6 from a dump of IPv4', () => {
    expect(ask([{ key: '0.0.0.0/0' }], { peer: '2600::7' })).toMatchObject({ verdict: 'unknown' });
  });

  it('lets cluster policies of the admin tier come first, and pass', () => {
    const cluster = (priority: number) => [{ key: '10.0.2.0/24', priority }];
    expect(ask([allow8080], {}, { cluster: cluster(500) })).toMatchObject({
      verdict: 'deny',
      reason: 'a cluster policy of priority 50 denies 10.0.2.0/24',
    });
    expect(ask([], {}, { cluster: cluster(501) })).toMatchObject({ verdict: 'allow' });
    expect(ask([], {}, { cluster: cluster(502) })).toMatchObject({
      verdict: 'deny',
      reason: 'ingress map 10 is empty: default deny',
    });
    expect(ask([allow8080], {}, { cluster: cluster(20_000) })).toMatchObject({ verdict: 'allow' });
  });

  it('never allows a peer outside all prefixes, whatever they are', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const prefix = fc
      .tuple(octet, octet, fc.integer({ min: 8, max: 32 }))
      .map(([a, b, n]) => ({ key: `11.${a}.${b}.0/${n}` }));
    fc.assert(
      fc.property(fc.array(prefix, { minLength: 1, maxLength: 20 }), octet, (entries, last) => {
        expect(ask(entries, { peer: `10.0.2.${last}` })?.verdict).toBe('deny');
      }),
      { numRuns: 50 },
    );
  });
});

describe('a pod without maps', () => {
  const web = vpcNode().pods[0]!;

  it('is not asked where no program is in the bundle', () => {
    expect(policyAnswer(vpcNode(), web, ASKED)).toBeNull();
  });

  it('is open where it has no program of that direction', () => {
    const node = vpcNode({ parts: policies(WEB, { egress: [] }) });
    expect(policyAnswer(node, web, ASKED)).toMatchObject({ verdict: 'allow', programId: null });
  });

  it('is not known where its map is not in the dump', () => {
    const { ebpfPrograms } = policies(WEB, { ingress: [] });
    const node = vpcNode({ parts: { ebpfPrograms } });
    expect(policyAnswer(node, web, ASKED)).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining('not collected') as string,
    });
  });

  it('is not known where nobody knows its name', () => {
    const node = vpcNode({ parts: policies(WEB, { ingress: [] }) });
    expect(policyAnswer(node, { ...web, name: null }, ASKED)).toMatchObject({ verdict: 'unknown' });
  });
});
