import { cniLogLine } from './log-line.js';

/** What ipamd logs about its node when it starts, and again while it runs. */
export interface IpamdIdentity {
  readonly instanceId: string | null;
  readonly instanceType: string | null;
  readonly region: string | null;
  readonly zone: string | null;
  readonly primaryIp: string | null;
  readonly primaryMac: string | null;
  readonly primaryEni: string | null;
  readonly subnetId: string | null;
  readonly vpcId: string | null;
  /** Of the last start that was seen. */
  readonly cniVersion: string | null;
  /** Git version of the API server. */
  readonly clusterVersion: string | null;
  readonly vpcCidrs: readonly string[];
  readonly enis: readonly { readonly id: string; readonly mac: string; readonly device: number }[];
}

type Field = Exclude<keyof IpamdIdentity, 'vpcCidrs' | 'enis' | 'cniVersion'>;

const FIELDS: readonly (readonly [Field, RegExp])[] = [
  ['instanceId', /^Found instance-id: (i-[0-9a-f]{8,17})\b/],
  ['instanceType', /^Found instance-type: ([a-z][\w.-]{2,40})/],
  ['region', /^Discovered region: ([a-z0-9-]{4,30})/],
  ['zone', /^Found availability zone: ([a-z0-9-]{4,40})/],
  ['primaryIp', /^Discovered the instance primary IPv?4? ?address: ([\d.]{7,15})/i],
  ['primaryMac', /^Found primary interface's MAC address: ([0-9a-fA-F:]{17})/],
  ['primaryEni', /^(eni-[0-9a-f]{8,17}) is the primary ENI/],
  ['subnetId', /^Found subnet-id: (subnet-[0-9a-f]{8,17})/],
  ['vpcId', /^Found vpc-id: (vpc-[0-9a-f]{8,17})/],
  ['clusterVersion', /Cluster Version is: .{0,40}git version: (v[\w.+-]{3,60})\./],
];
const INTERESTING =
  /Found |Discovered |is the primary ENI|VPC CIDR|VPC CIDRs|Starting L-IPAMD|Cluster Version is/;
/** Lines read on once everything is known: the VPC's further CIDRs and ENIs follow within this many. */
const LINES_AFTER = 2_000;

/**
 * Reads the start-up lines of ipamd.log, and stops some lines after all of them were seen.
 *
 *     Starting L-IPAMD v1.18.1  ...
 *     Discovered region: eu-central-1
 *     Found availability zone: eu-central-1a
 *     Discovered the instance primary IPv4 address: 10.0.1.5
 *     Found instance-id: i-0a1b2c3d4e5f67890
 *     Found primary interface's MAC address: 0a:1b:2c:3d:4e:5f
 *     eni-0a1b2c3d4e5f67890 is the primary ENI of this instance
 *     Found vpc-id: vpc-0a1b2c3d4e5f67890
 *     VPC CIDR 10.0.0.0/16
 *     Found ENI: eni-0a1b2c3d4e5f67890, MAC 0a:1b:2c:3d:4e:5f, device 0
 */
export function parseIpamdIdentity(lines: Iterable<string>): IpamdIdentity {
  const found = new Map<Field, string>();
  const vpcCidrs = new Set<string>();
  const enis = new Map<string, { id: string; mac: string; device: number }>();
  let cniVersion: string | null = null;
  let after = 0;
  for (const line of lines) {
    if (found.size === FIELDS.length && cniVersion !== null && ++after > LINES_AFTER) break;
    if (!INTERESTING.test(line)) continue;
    const message = cniLogLine(line)?.message;
    if (message === undefined) continue;
    cniVersion = /^Starting L-IPAMD (v\d[\w.-]{2,40})/.exec(message)?.[1] ?? cniVersion;
    for (const match of message.matchAll(/VPC CIDRs?:? \[?((?:[\d.]{7,15}\/\d{1,2}[ ,]*){1,64})/g)) {
      for (const cidr of match[1]!.split(/[ ,]+/)) if (cidr !== '') vpcCidrs.add(cidr);
    }
    const eni = /^Found ENI: (eni-[0-9a-f]{8,17}), MAC ([0-9a-fA-F:]{17}), device (\d{1,3})/.exec(message);
    if (eni !== null && enis.size < 500) {
      enis.set(eni[1]!, { id: eni[1]!, mac: eni[2]!.toLowerCase(), device: Number(eni[3]) });
    }
    for (const [field, pattern] of FIELDS) {
      const value = pattern.exec(message)?.[1];
      if (value !== undefined) found.set(field, value);
    }
  }
  const get = (field: Field): string | null => found.get(field) ?? null;
  return {
    instanceId: get('instanceId'),
    instanceType: get('instanceType'),
    region: get('region'),
    zone: get('zone'),
    primaryIp: get('primaryIp'),
    primaryMac: get('primaryMac')?.toLowerCase() ?? null,
    primaryEni: get('primaryEni'),
    subnetId: get('subnetId'),
    vpcId: get('vpcId'),
    cniVersion,
    clusterVersion: get('clusterVersion'),
    vpcCidrs: [...vpcCidrs].slice(0, 64),
    enis: [...enis.values()],
  };
}
