import { describe, expect, it } from 'vitest';
import { FAULTS, SAMPLES } from '../../lab/faults/index.js';
import { CAUSES } from '../../lab/fault.js';
import { Flows } from '../../lab/flows.js';
import { chainHash } from '../../lab/netfilter.js';
import { endpoint, hostVeth, makePlan } from '../../lab/plan.js';

describe('names that other programs derive too', () => {
  it.each([
    ['kube-system', 'coredns-57ff979f67-qqbdh', 'enib5faff8a083'],
    ['kube-system', 'coredns-57ff979f67-8ns9b', 'eni9571956a6cc'],
    ['shop', 'cart-0', 'eni18582a65b10'],
  ])('derives the host veth of %s/%s as the VPC CNI does', (namespace, pod, veth) => {
    expect(hostVeth(namespace, pod)).toBe(veth);
  });

  it.each([
    ['default/kubernetes:httpstcp', 'NPX46M4PTMTKRN6Y'],
    ['kube-system/kube-dns:dnsudp', 'TCOU7JCQXEZGVUNU'],
    ['kube-system/kube-dns:dns-tcptcp', 'ERIFXISQEP7F7OF4'],
  ])('derives the service chain of %s as kube-proxy does', (text, chain) => {
    expect(chainHash(text)).toBe(chain);
  });

  it('brackets IPv6 addresses', () => {
    expect(endpoint('10.0.1.9', 80)).toBe('10.0.1.9:80');
    expect(endpoint('2600::9', 80)).toBe('[2600::9]:80');
  });
});

describe('makePlan', () => {
  it('gives the same plan for the same seed, and another for another', () => {
    expect(makePlan('x', 7, {})).toEqual(makePlan('x', 7, {}));
    expect(makePlan('x', 7, {}).vpcCidr + makePlan('x', 7, {}).nodes.src.ip).not.toBe(
      makePlan('x', 8, {}).vpcCidr + makePlan('x', 8, {}).nodes.src.ip,
    );
  });

  it.each(FAULTS.map((fault) => [fault.name, fault] as const))(
    'invents only distinct, private addresses: %s',
    (_, fault) => {
      for (let seed = 0; seed < 40; seed++) {
        const plan = makePlan('x', seed, fault.options ?? {});
        const addresses = [...Object.values(plan.pods), ...Object.values(plan.nodes)].map(({ ip }) => ip);
        expect(new Set(addresses).size).toBe(addresses.length);
        for (const ip of addresses)
          expect(ip).toMatch(/^(10(\.(25[0-4]|2[0-4]\d|1?\d?\d)){3}|192\.168\.(71|203)\.\d+)$/);
        expect(new Set(Object.values(plan.pods).map((pod) => pod.hostVeth)).size).toBe(5);
        const ports = fault.flows(new Flows(plan, seed)).map((flow) => flow.sport);
        expect(new Set(ports).size).toBe(ports.length);
      }
    },
  );
});

describe('the faults', () => {
  it('have distinct names and known causes', () => {
    expect(new Set(FAULTS.map((fault) => fault.name)).size).toBe(FAULTS.length);
    for (const { truth } of FAULTS)
      for (const cause of [...truth.expected, ...(truth.optional ?? [])]) expect(CAUSES).toContain(cause);
  });

  it('begin with the six shipped samples', () => {
    expect(FAULTS.slice(0, SAMPLES.length)).toEqual(SAMPLES);
    expect(SAMPLES.map((fault) => fault.name)).toEqual([
      'healthy',
      'forward-policy-drop',
      'blackhole-route',
      'vpc-drop',
      'netpol-ingress-deny',
      'return-path-lost',
    ]);
  });
});
