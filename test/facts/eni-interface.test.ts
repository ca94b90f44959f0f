import { describe, expect, it } from 'vitest';
import { arrivalInterface, eniInterface } from '../../src/facts/support/nodes.js';
import type { Pod } from '../../src/model/node.js';
import { node, pod, routes } from './support.js';

const of = node({
  identity: { primaryInterface: 'eth0' },
  routes: routes(
    'default via 10.0.1.1 dev eth0',
    'default via 10.0.2.1 dev eth1 table 2',
    'default via 10.0.3.1 dev vlan.eth.1 table 101',
  ),
});
const both = (parts: Partial<Pod>): unknown[] => {
  const one = pod('10.0.2.9', parts);
  return [eniInterface(of, one), arrivalInterface(of, one)];
};

describe('the interface to which the VPC delivers packets for a pod', () => {
  it('is that of the ENI that holds its address, whatever table its rules name', () => {
    expect(both({ deviceNumber: 0, table: 'main' })).toEqual(['eth0', 'eth0']);
    expect(both({ deviceNumber: 1, table: '2' })).toEqual(['eth1', 'eth1']);
    // The rules that lead to the table are gone.
    expect(both({ deviceNumber: 1, table: 'main' })).toEqual(['eth1', 'eth1']);
    expect(both({ deviceNumber: 1, table: null })).toEqual(['eth1', 'eth1']);
  });

  it('is the branch of a pod that has one', () => {
    expect(both({ deviceNumber: null, branchEni: true, table: '101' })).toEqual(['vlan.eth.1', 'vlan.eth.1']);
  });

  it('is not known without ENI and table, or without the routes of the table', () => {
    expect(both({ deviceNumber: null, table: null })).toEqual([null, 'eth0']);
    expect(both({ deviceNumber: null, table: 'main' })).toEqual([null, 'eth0']);
    expect(both({ deviceNumber: 3, table: null })).toEqual([null, 'eth0']);
  });
});
