import { describe, expect, it, vi } from 'vitest';
import { FACT_LOG_QUERIES, FACTS, factProvider } from '../../src/facts/index.js';
import { compilePattern } from '../../src/rules/pattern.js';
import {
  context,
  dropped,
  flow,
  iface,
  interfaces,
  iptables,
  node,
  ok,
  pod,
  routes,
  rules,
  sysctl,
  trace,
  BASE_RULES,
} from './support.js';

const rich = node({
  identity: { primaryInterface: 'eth0', vpcCidrs: ['10.0.0.0/16'], cniVersion: 'v1.18.1' },
  pods: [pod('10.0.1.9', { name: 'web-1', veth: 'eni18582a65b10' })],
  interfaces: interfaces(iface('eth0'), iface('eni18582a65b10')),
  routes: routes(
    'default via 10.0.1.1 dev eth0',
    '10.0.1.9 dev eni18582a65b10 scope link',
    'blackhole 10.0.2.0/24',
  ),
  rules: rules(...BASE_RULES),
  sysctl: sysctl({ 'net.ipv4.ip_forward': '1', 'net.ipv4.conf.eth0.rp_filter': '2' }),
  iptables: iptables('*filter\n:FORWARD DROP [1:60]\n-A FORWARD -p tcp -m tcp --dport 1 -j DROP\nCOMMIT\n'),
  apiServer: ok({ url: 'https://x', attempts: 1, reached: 1, errors: [], clockSkewSeconds: 0 }),
});

describe('FACTS', () => {
  it('have distinct names in alphabetical order of the rules that use them', () => {
    const names = FACTS.map((fact) => fact.name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
  });

  it.each(FACTS.map((fact) => [fact.name, fact] as const))(
    '%s gives exactly the fields it declares',
    (_, fact) => {
      for (const given of [
        context(),
        context({ nodes: [rich] }),
        context({ nodes: [rich], trace: trace([dropped(), flow()]) }),
      ]) {
        const result = fact.compute(given);
        if (!result.known) {
          expect(result.reason).not.toBe('');
          continue;
        }
        for (const instance of result.instances) {
          expect(Object.keys(instance.fields).sort()).toEqual(Object.keys(fact.fields).sort());
          for (const [name, value] of Object.entries(instance.fields)) {
            if (value !== null) expect(typeof value, name).toBe(fact.fields[name]?.type);
          }
        }
      }
    },
  );

  it('describe every field, and shadow none of the fields every message has', () => {
    for (const { fields } of FACTS) {
      for (const [name, { about }] of Object.entries(fields)) {
        expect(about).not.toBe('');
        expect(['count', 'node', 'first', 'last']).not.toContain(name);
      }
    }
  });
});

describe('factProvider', () => {
  it('computes each fact once', () => {
    const compute = vi.spyOn(
      FACTS.find((fact) => fact.name === 'pod_route')!,
      'compute',
    );
    const facts = factProvider(context({ nodes: [rich] }));
    expect(facts('pod_route')).toBe(facts('pod_route'));
    expect(compute).toHaveBeenCalledTimes(1);
    compute.mockRestore();
  });

  it('refuses a name that is no fact', () => {
    expect(() => factProvider(context())('no_such_fact')).toThrow('no fact is called no_such_fact');
  });
});

describe('FACT_LOG_QUERIES', () => {
  const match = (id: string, message: string) => {
    const compiled = compilePattern(FACT_LOG_QUERIES.find((query) => query.id === id)!.pattern);
    if (!compiled.ok) throw new Error(compiled.message);
    const fields = compiled.pattern.match(message);
    return fields === null
      ? null
      : Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
  };

  it.each([
    ['fact/isolation', 'Default Deny enabled on Ingress', { deny: 'Ingress' }],
    ['fact/isolation', 'Total no.of - ingressRules 3 egressRules 0', { ingress: '3', egress: '0' }],
    [
      'fact/isolation',
      'No Egress rules and no egress isolation - Appending catch all entry',
      { open: 'Egress' },
    ],
    [
      'fact/isolation',
      'Total number of PolicyEndpoint resources for podIdentifier web-7d4b9c6f5d@shop are 2',
      { pod: 'web-7d4b9c6f5d@shop' },
    ],
    [
      'fact/isolation',
      'Processing Policy Endpoint  Name: allow-web-x7k2p Namespace shop',
      { policy: 'allow-web-x7k2p', namespace: 'shop' },
    ],
    ['fact/isolation', 'Conntrack cleanup: Check: done', null],
    [
      'fact/martian',
      'IPv4: martian source 10.0.1.9 from 10.0.2.7, on dev ens6',
      { dst: '10.0.1.9', src: '10.0.2.7', dev: 'ens6' },
    ],
    ['fact/policy-mode', 'Network Policy is enabled, registering controllers...', { mode: 'enabled' }],
  ])('%s reads "%s"', (id, message, fields) => {
    expect(match(id, message)).toEqual(fields);
  });
});
