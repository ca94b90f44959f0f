import { describe, expect, it } from 'vitest';
import { missingArtifacts } from '../../src/node/coverage.js';
import { CHECKPOINT, ENIS_19, IPAMD_LOG, PS } from '../artifacts/samples.js';
import { factsOf, type BundleOptions } from './support.js';

const keysOf = async (contents: Readonly<Record<string, string>>, options: BundleOptions = {}) => {
  const facts = await factsOf(contents, options);
  return missingArtifacts(facts, facts.bundle).map((m) => `${m.what}: ${m.state}`);
};
const IPAMD = { 'var_log/aws-routed-eni/ipamd.log': IPAMD_LOG };

describe('coverage', () => {
  it('says what a missing file leaves open, with its place', async () => {
    const facts = await factsOf({ ...IPAMD, 'ipamd/enis.json': '' });
    const missing = missingArtifacts(facts, facts.bundle);
    expect(missing.find((m) => m.what.startsWith('ENIs'))).toEqual({
      what: 'ENIs of ipamd (introspection)',
      file: 'root/ipamd/enis.json',
      state: 'empty',
      leavesUndecided: 'how many addresses are free, and on which ENI a pod is; ipamd may have been down',
    });
    expect(missing.find((m) => m.what === 'route tables')).toMatchObject({
      state: 'missing',
      file: 'networking/iproute.txt',
    });
  });

  it('does not list what the node cannot have: no VPC CNI, no IPv6, no policies', async () => {
    const missing = (await keysOf({ 'networking/ip6route.txt': '', 'networking/ipset.txt': '\n' })).join(
      '\n',
    );
    expect(missing).not.toMatch(/ipamd|plugin\.log|IPv6|ip6tables|ipset|eBPF|policy agent|CoreDNS/);
    expect(missing).toMatch(/iptables rules: missing/);
  });

  it('lists eBPF dumps where policies are enforced, from the release on that makes them', async () => {
    const files = {
      ...IPAMD,
      'system/ps.txt': `${PS}root 9 0 0 0 0 ? S 18:00 0:00 /controller --enable-network-policy=true\n`,
    };
    expect(await keysOf(files)).toContain('eBPF maps of the policy agent: missing');
    expect(await keysOf(files, { version: '0.7.6' })).not.toContain('eBPF maps of the policy agent: missing');
    expect(await keysOf(files, { kind: 'node-monitoring-agent' })).not.toContain(
      'eBPF maps of the policy agent: missing',
    );
    expect(await keysOf(files)).toContain('log of the network policy agent: missing');
  });

  it('respects what a release of the collector did not make yet', async () => {
    const old = (await keysOf(IPAMD, { version: '0.6.1' })).join('\n');
    expect(old).not.toMatch(/API server|driver counters|CNI containers|resolv\.conf|connection tracking/);
  });

  it('asks nothing of Bottlerocket that logdog does not collect', async () => {
    expect(await keysOf({ 'ipamd.log': IPAMD_LOG }, { kind: 'bottlerocket' })).toEqual([
      'iptables rules: missing',
      'plugin.log of the CNI: missing',
      'kernel messages: missing',
    ]);
  });

  it('lists a cut file of any kind', async () => {
    const files = { ...IPAMD, 'ipamd/enis.json': ENIS_19, 'ipamd/ipam.json': CHECKPOINT };
    const missing = await keysOf(files, {
      truncated: ['ipamd/ipam.json', 'var_log/aws-routed-eni/ipamd.log'],
    });
    expect(missing).toContain('address checkpoint of ipamd: truncated');
    expect(missing).toContain('ipamd.log of the CNI: truncated');
    expect(missing).not.toContain('ENIs of ipamd (introspection): ok');
  });

  it('takes a node monitoring bundle of other categories for what it is', async () => {
    const missing = (await keysOf({ 'system/ps.txt': PS }, { kind: 'node-monitoring-agent' })).join('\n');
    expect(missing).not.toMatch(/route|iptables|ifconfig|API server/);
  });

  it('expects nothing of Windows', async () => {
    expect(await keysOf({}, { kind: 'windows-collector' })).toEqual([]);
  });
});
