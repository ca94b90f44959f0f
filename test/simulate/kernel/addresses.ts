import type { Family } from '../../../src/model/node.js';

/** Interfaces of the router; the peer namespace holds the other ends. `obs` only carries ICMP errors. */
export const DEVICES = ['eth0', 'eth1', 'eni1aa', 'eni2bb', 'eni3cc', 'vlan1dd', 'obs'] as const;

/** Addresses of one family in the parts they play on an EKS node. */
export interface Addresses {
  readonly family: Family;
  readonly own: readonly { readonly dev: string; readonly address: string; readonly length: number }[];
  readonly pods: readonly { readonly dev: string; readonly address: string }[];
  readonly gateway: string;
  readonly gateway2: string;
  readonly subnet: string;
  readonly subnet2: string;
  readonly vpc: string;
  readonly whole: number;
  /** Reached through eth0 or eth1. */
  readonly remote: readonly string[];
  readonly services: readonly string[];
  /** Destinations with a route of their own in some runs. */
  readonly special: readonly string[];
  readonly specialNets: readonly string[];
  readonly netmap: string;
}

const V4: Addresses = {
  family: 4,
  own: [
    { dev: 'eth0', address: '10.0.1.5', length: 24 },
    { dev: 'eth1', address: '10.0.2.6', length: 24 },
  ],
  pods: [
    { dev: 'eni1aa', address: '10.0.1.11' },
    { dev: 'eni2bb', address: '10.0.1.12' },
    { dev: 'eni3cc', address: '10.0.2.13' },
    { dev: 'vlan1dd', address: '10.0.3.14' },
  ],
  gateway: '10.0.1.1',
  gateway2: '10.0.2.1',
  subnet: '10.0.1.0/24',
  subnet2: '10.0.2.0/24',
  vpc: '10.0.0.0/16',
  whole: 32,
  remote: ['10.0.1.77', '10.0.2.88', '10.0.9.9', '10.1.0.9', '203.0.113.7', '8.8.8.8'],
  services: ['172.20.0.10', '172.20.0.1', '172.20.0.99'],
  special: ['10.33.92.5', '10.33.7.7', '172.17.0.2', '192.168.9.9', '100.64.3.3'],
  specialNets: [
    '10.33.92.0/26',
    '10.33.0.0/16',
    '172.17.0.0/16',
    '192.168.0.0/16',
    '100.64.0.0/10',
    '192.168.9.9',
  ],
  netmap: '10.0.9.0/24',
};

const V6: Addresses = {
  family: 6,
  own: [
    { dev: 'eth0', address: '2001:db8:1::5', length: 64 },
    { dev: 'eth1', address: '2001:db8:2::6', length: 64 },
  ],
  pods: [
    { dev: 'eni1aa', address: '2001:db8:1::11' },
    { dev: 'eni2bb', address: '2001:db8:1::12' },
    { dev: 'eni3cc', address: '2001:db8:2::13' },
    { dev: 'vlan1dd', address: '2001:db8:3::14' },
  ],
  gateway: '2001:db8:1::1',
  gateway2: '2001:db8:2::1',
  subnet: '2001:db8:1::/64',
  subnet2: '2001:db8:2::/64',
  vpc: '2001:db8::/40',
  whole: 128,
  remote: [
    '2001:db8:1::77',
    '2001:db8:2::88',
    '2001:db8:9::9',
    '2001:db8:100::9',
    '2600:1f18::7',
    '2606:4700::8',
  ],
  services: ['fd00:172:20::10', 'fd00:172:20::1', 'fd00:172:20::99'],
  special: ['fd00:33:92::5', 'fd00:33:7::7', 'fd00:17::2', 'fd00:168::9', 'fd00:64::3'],
  specialNets: [
    'fd00:33:92::/64',
    'fd00:33::/32',
    'fd00:17::/64',
    'fd00:168::/48',
    'fd00:64::/32',
    'fd00:168::9',
  ],
  netmap: '2001:db8:9::/64',
};

export function addressesOf(family: Family): Addresses {
  return family === 4 ? V4 : V6;
}

/** Every address that a packet or rule may name. */
export function allAddresses(a: Addresses): string[] {
  return [
    ...a.own.map((o) => o.address),
    ...a.pods.map((p) => p.address),
    ...a.remote,
    ...a.services,
    ...a.special,
  ];
}
