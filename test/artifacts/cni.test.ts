import { describe, expect, it } from 'vitest';
import { parseCniConfig } from '../../src/artifacts/cni-conflist.js';
import { parseCniContainers, versionOf } from '../../src/artifacts/cni-containers.js';
import { parseEnvSettings } from '../../src/artifacts/env-settings.js';
import { parseIpamCheckpoint } from '../../src/artifacts/ipam-checkpoint.js';
import { readJsonDocuments } from '../../src/artifacts/json-documents.js';
import { CHECKPOINT, CNI_CONTAINERS, CONFLIST, SETTINGS } from './samples.js';

describe('CNI containers', () => {
  it('reads every document and passes over error messages', () => {
    const { value, notUnderstood, truncated } = parseCniContainers(CNI_CONTAINERS, 'cni/x.json');
    expect(value.map((c) => [c.name, c.version, c.loc.line])).toEqual([
      ['aws-node', 'v1.19.2', 2],
      ['aws-node', 'v1.18.1', 22],
    ]);
    expect(value[0]!.env.get('ENABLE_POD_ENI')).toEqual({
      value: 'false',
      loc: { file: 'cni/x.json', line: 14 },
    });
    expect(value[0]!.env.get('ADDITIONAL_ENI_TAGS')?.value).toBe('{}');
    expect(value[1]!.env.get('ENABLE_POD_ENI')).toEqual({
      value: 'true',
      loc: { file: 'cni/x.json', line: 25 },
    });
    expect([notUnderstood, truncated]).toEqual([1, false]);
  });

  it('reads docker inspect', () => {
    const text = `[\n  {"Id": "aa", "Name": "/k8s_aws-node_aws-node-7xk2p_kube-system_uid_0",\n   "Image": "sha256:1",\n   "Config": {"Image": "602401143452.dkr.ecr.us-west-2.amazonaws.com/amazon-k8s-cni:v1.7.5", "Env": ["A=b=c"]}}\n]\n`;
    const { value } = parseCniContainers(text, 'f');
    expect(value).toHaveLength(1);
    expect(value[0]).toMatchObject({ name: 'aws-node', version: 'v1.7.5' });
    expect(value[0]!.env.get('A')).toEqual({ value: 'b=c', loc: { file: 'f', line: 4 } });
  });

  it('keeps complete documents of a cut file', () => {
    const parsed = parseCniContainers(CNI_CONTAINERS.slice(0, -40), 'f');
    expect(parsed.value.map((c) => c.version)).toEqual(['v1.19.2']);
    expect(parsed.truncated).toBe(true);
  });

  it('reads versions only', () => {
    expect(['v1.18.1-eksbuild.3', '1.18.1', 'latest', '1.18', '1.2.3.4'].map((v) => versionOf(v))).toEqual([
      'v1.18.1',
      'v1.18.1',
      null,
      null,
      null,
    ]);
  });
});

describe('CNI configuration', () => {
  it('reads a list of plugins', () => {
    expect(parseCniConfig(CONFLIST, '10-aws.conflist', 'f')).toEqual({
      name: '10-aws.conflist',
      types: ['aws-cni', 'portmap'],
      mtu: 9001,
      vethPrefix: 'eni',
      podSgEnforcingMode: 'strict',
      loc: { file: 'f', line: 6 },
    });
  });

  it('reads a single plugin, and counts a file that is no JSON by its name', () => {
    expect(parseCniConfig('{"type":"calico","mtu":1440}', '10-calico.conf', 'f').types).toEqual(['calico']);
    expect(parseCniConfig('apiVersion: v1', 'calico-kubeconfig', 'f')).toMatchObject({
      types: [],
      mtu: null,
    });
    expect(parseCniConfig('{"plugins":[{"type":"aws-cni","mtu":"__MTU__"}]}', 'x', 'f').mtu).toBeNull();
  });
});

describe('checkpoint', () => {
  it('reads names, times and IPv6', () => {
    const { value } = parseIpamCheckpoint(CHECKPOINT, 'f');
    expect(value).toEqual([
      {
        ip: '10.0.1.9',
        namespace: 'shop',
        pod: 'cart-0',
        containerId: '416aeea7',
        ifName: 'eth0',
        allocatedAt: 1715938282123,
        loc: { file: 'f', line: 2 },
      },
      {
        ip: '10.0.1.10',
        namespace: null,
        pod: null,
        containerId: '6f2ca2a2',
        ifName: 'unknown',
        allocatedAt: null,
        loc: { file: 'f', line: 3 },
      },
      {
        ip: '2600:1f13::9',
        namespace: 'shop',
        pod: 'web-1',
        containerId: '3784583f',
        ifName: 'eth0',
        allocatedAt: null,
        loc: { file: 'f', line: 4 },
      },
    ]);
  });

  it('is understood when it holds no allocation, and not when it is something else', () => {
    expect(parseIpamCheckpoint('{"version":"vpc-cni-ipam/1","allocations":[]}', 'f').understood).toBe(1);
    expect(parseIpamCheckpoint('{"version":"vpc-cni-ipam/1","allocations":null}', 'f').understood).toBe(1);
    expect(parseIpamCheckpoint('{"pods":[]}', 'f').understood).toBe(0);
  });
});

describe('settings of ipamd', () => {
  it('keeps values as text', () => {
    const { value } = parseEnvSettings(SETTINGS, 'f');
    expect([...value].map(([key, setting]) => [key, setting.value, setting.loc.line])).toEqual([
      ['AWS_VPC_K8S_CNI_CONNMARK', '128', 1],
      ['AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS', '["10.9.0.0/16"]', 1],
      ['AWS_VPC_K8S_CNI_EXTERNALSNAT', 'false', 1],
      ['AWS_VPC_K8S_CNI_VETHPREFIX', 'eni', 2],
    ]);
  });

  it('understands nothing of an error text', () => {
    expect(parseEnvSettings('Internal Server Error\n', 'f').understood).toBe(0);
  });
});

describe('concatenated JSON', () => {
  it('is split at the ends of documents, braces within strings aside', () => {
    const read = readJsonDocuments('{"a":"}{"}{"b":[1]}\n[2]');
    expect(read.documents.map((d) => [d.value, d.start])).toEqual([
      [{ a: '}{' }, 0],
      [{ b: [1] }, 10],
      [[2], 20],
    ]);
    expect(read).toMatchObject({ truncated: false, rejected: 0 });
  });

  it('goes on after a piece that is no JSON', () => {
    const read = readJsonDocuments('error: {bad json}\n{"a":1}');
    expect(read.documents.map((d) => d.value)).toEqual([{ a: 1 }]);
    expect(read.rejected).toBeGreaterThan(0);
  });

  it('survives nesting of any depth and stays linear on endless openings', () => {
    expect(() => readJsonDocuments('['.repeat(200_000) + ']'.repeat(200_000))).not.toThrow();
    expect(readJsonDocuments('\n{'.repeat(300_000)).truncated).toBe(true);
  });
});
