import { describe, expect, it } from 'vitest';
import { contains } from '../../src/node/prefix.js';
import {
  interfaceByMac,
  natByConntrack,
  ownerOf,
  podByIp,
  serviceEndpoints,
  tupleKey,
  vethPod,
} from '../../src/node/lookup.js';
import { CHECKPOINT, CONNTRACK, ENIS_19, IFCONFIG_NEW, IPAMD_LOG, IPVSADM } from '../artifacts/samples.js';
import { factsOf } from './support.js';

const node = await factsOf({
  'networking/ifconfig.txt': IFCONFIG_NEW,
  'networking/conntrack.txt': CONNTRACK,
  'networking/ipvsadm.txt': IPVSADM,
  'ipamd/enis.json': ENIS_19,
  'ipamd/ipam.json': CHECKPOINT,
  'var_log/aws-routed-eni/ipamd.log': IPAMD_LOG,
});
const nodes = [node];

describe('owner of an address', () => {
  it.each([
    ['10.0.1.9', 'pod'],
    ['10.0.1.5', 'node'],
    ['172.20.0.10', 'service'],
    ['10.0.1.20', 'eni'], // within a delegated prefix
    ['10.0.1.40', 'eni'],
    ['10.0.200.1', 'vpc'],
    ['8.8.8.8', 'outside-known-ranges'],
    ['127.0.0.1', 'outside-known-ranges'],
    ['nonsense', 'outside-known-ranges'],
  ])('%s is %s', (ip, kind) => {
    expect(ownerOf(nodes, ip).kind).toBe(kind);
  });

  it('finds pods by address and by veth', () => {
    expect(podByIp(nodes, '10.0.1.9')).toMatchObject({ node: { id: 'node-1' }, pod: { name: 'cart-0' } });
    expect(podByIp(nodes, '10.0.1.99')).toBeNull();
    expect(vethPod(node, 'eni18582a65b10')?.name).toBe('cart-0');
    expect(vethPod(node, 'eni00000000000')).toBeNull();
  });

  it('gives an address that moved to the node that allocated it last', () => {
    const moved = { ...node, id: 'node-2', pods: node.pods.map((pod) => ({ ...pod, allocatedAt: 9e12 })) };
    expect(podByIp([node, moved], '10.0.1.9')?.node.id).toBe('node-2');
    expect(podByIp([moved, node], '10.0.1.9')?.node.id).toBe('node-2');
  });
});

describe('interfaces and services', () => {
  it('finds interfaces by MAC address in any case', () => {
    expect(interfaceByMac(nodes, '0A:1B:2C:3D:4E:5F').map((m) => m.device)).toEqual(['ens5']);
    expect(interfaceByMac([node, { ...node, id: 'b' }], '0a:1b:2c:3d:4e:5f')).toHaveLength(2);
    expect(interfaceByMac(nodes, 'ff:ff:ff:ff:ff:ff')).toEqual([]);
  });

  it('finds what a service leads to', () => {
    const [found] = serviceEndpoints(nodes, '172.20.0.10', 53, 'TCP');
    expect(found?.service.endpoints.map((e) => e.ip)).toEqual(['10.0.2.7', '10.0.3.8']);
    expect(serviceEndpoints(nodes, '172.20.0.10', 54, 'tcp')).toEqual([]);
  });
});

describe('translation by the connection table', () => {
  const nat = natByConntrack(nodes);
  const client = { src: '10.0.1.9', dst: '172.20.0.10', sport: 43211, dport: 53 };
  const server = { src: '10.0.1.9', dst: '10.0.2.7', sport: 43211, dport: 53 };

  it('leads from one side to the other, in both directions', () => {
    expect(nat.get(tupleKey('tcp', client))).toMatchObject({
      tuple: server,
      direction: 'forward',
      loc: { line: 5 },
    });
    expect(nat.get(tupleKey('tcp', server))).toMatchObject({ tuple: client, direction: 'forward' });
    const answer = { src: '10.0.2.7', dst: '10.0.1.9', sport: 53, dport: 43211 };
    expect(nat.get(tupleKey('tcp', answer))).toMatchObject({
      tuple: { src: '172.20.0.10', dst: '10.0.1.9', sport: 53, dport: 43211 },
      direction: 'return',
    });
  });

  it('finds source translation, and nothing for plain flows', () => {
    const out = { src: '10.0.1.9', dst: '52.1.2.3', sport: 51632, dport: 443 };
    expect(nat.get(tupleKey('tcp', out))?.tuple).toEqual({
      src: '10.0.1.5',
      dst: '52.1.2.3',
      sport: 32462,
      dport: 443,
    });
    expect(nat.size).toBe(8);
  });
});

describe('CIDRs', () => {
  it('contain addresses of their own family only', () => {
    expect(contains('10.0.0.0/16', '10.0.1.9')).toBe(true);
    expect(contains('10.0.0.0/16', '10.1.1.9')).toBe(false);
    expect(contains('10.0.0.0/16', '::ffff:a00:109')).toBe(false);
    expect(contains('2600:1f13::/56', '2600:1f13::9')).toBe(true);
    expect(contains('junk', '10.0.1.9')).toBe(false);
  });
});
