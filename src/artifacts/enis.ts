import type { Eni, EniAddress, Introspection } from '../model/node.js';
import { entriesOf, integerOf, isRecord, LineIndex, member, stringOf, type Json } from './json.js';
import { lastObject, readJsonDocuments } from './json-documents.js';
import { toTime, type Parsed } from './parsed.js';

const MAX_ENIS = 500;
const MAX_ADDRESSES = 50_000;
const NOTHING: Introspection = { totalIps: 0, assignedIps: 0, enis: [] };

/**
 * `/v1/enis` of ipamd's introspection. Its shape changed with the CNI:
 *
 *     <= 1.6     {"TotalIPs":28,"AssignedIPs":2,"ENIIPPools":{"eni-1":{"IsPrimary":true,"DeviceNumber":0,
 *                 "IPv4Addresses":{"10.0.1.9":{"Address":"10.0.1.9","Assigned":true,"UnassignedTime":"…"}}}}}
 *     1.7-1.8    "ENIs", addresses hold "IPAMKey":{"networkName":"aws-cni","containerID":"…","ifName":"eth0"}
 *     1.9-1.19   "AvailableIPv4Cidrs":{"10.0.1.9/32":{"Cidr":{"IP":"10.0.1.9","Mask":"/////w=="},
 *                 "IPAddresses" (1.9: "IPv4Addresses"):{…},"IsPrefix":false}}, "IPv6Cidrs"
 *     >= 1.20    all of that under the index of the network card: {"0":{"TotalIPs":…,"ENIs":{…}},"1":{…}}
 *     >= 1.23    containerID and ifName are blank; an address is in use when networkName is not
 *
 * A file of two runs holds two documents: the last complete one counts.
 */
export function parseEnis(text: string, file: string): Parsed<Introspection> {
  const read = readJsonDocuments(text);
  const document = lastObject(read);
  if (document === null)
    return { value: NOTHING, understood: 0, notUnderstood: read.rejected, truncated: read.truncated };
  const cards = cardsOf(document.value);
  if (cards === null) {
    const note =
      member(document.value, 'AvailableCommands') === undefined
        ? 'a JSON document without ENIs'
        : 'the answer is the list of commands: this ipamd has no such endpoint';
    return { value: NOTHING, understood: 0, notUnderstood: 1, note };
  }
  const index = new LineIndex(text);
  const enis: Eni[] = [];
  let totalIps = 0;
  let assignedIps = 0;
  for (const [card, pool] of cards) {
    totalIps += integerOf(member(pool, 'TotalIPs')) ?? 0;
    assignedIps += integerOf(member(pool, 'AssignedIPs')) ?? 0;
    const list = member(pool, 'ENIs') ?? member(pool, 'ENIIPPools');
    for (const [key, eni] of entriesOf(list).slice(0, MAX_ENIS)) {
      const line = index.lineOf(JSON.stringify(key), document.start);
      enis.push(eniOf(key, eni, card, { file, line }));
    }
  }
  const note = read.documents.length > 1 ? 'several documents: the last complete one counts' : undefined;
  return {
    value: { totalIps, assignedIps, enis },
    understood: 1,
    notUnderstood: read.rejected,
    truncated: read.truncated,
    ...(note === undefined ? {} : { note }),
  };
}

/** Pools by network card; null when the document is something else. */
function cardsOf(root: Json): [number, Json][] | null {
  const isPool = (value: Json) => isRecord(member(value, 'ENIs')) || isRecord(member(value, 'ENIIPPools'));
  if (isPool(root)) return [[0, root]];
  const empty = member(root, 'TotalIPs') !== undefined;
  if (empty) return [[0, root]];
  const cards = entriesOf(root).filter(
    ([key, value]) => /^\d{1,3}$/.test(key) && (isPool(value) || member(value, 'TotalIPs') !== undefined),
  );
  return cards.length === 0 ? null : cards.map(([key, value]) => [Number(key), value]);
}

function eniOf(key: string, eni: Json, networkCard: number, loc: Eni['loc']): Eni {
  const cidrs: string[] = [];
  const addresses: EniAddress[] = [];
  let hasPrefixes = false;
  const pools = [...entriesOf(member(eni, 'AvailableIPv4Cidrs')), ...entriesOf(member(eni, 'IPv6Cidrs'))];
  for (const [name, pool] of pools.slice(0, MAX_ADDRESSES)) {
    cidrs.push(cidrOf(name, member(pool, 'Cidr')));
    hasPrefixes ||= member(pool, 'IsPrefix') === true;
    const list = member(pool, 'IPAddresses') ?? member(pool, 'IPv4Addresses');
    for (const [ip, address] of entriesOf(list)) {
      if (addresses.length < MAX_ADDRESSES) addresses.push(addressOf(ip, address));
    }
  }
  for (const [ip, address] of entriesOf(member(eni, 'IPv4Addresses')).slice(0, MAX_ADDRESSES)) {
    cidrs.push(`${ip}/32`);
    addresses.push(addressOf(ip, address));
  }
  return {
    id: stringOf(member(eni, 'ID')) ?? stringOf(member(eni, 'Id')) ?? key,
    primary: member(eni, 'IsPrimary') === true,
    trunk: member(eni, 'IsTrunk') === true,
    networkCard,
    deviceNumber: integerOf(member(eni, 'DeviceNumber')) ?? 0,
    routeTableId: integerOf(member(eni, 'RouteTableID')),
    subnetId: stringOf(member(eni, 'SubnetID')),
    cidrs,
    hasPrefixes,
    addresses,
    loc,
  };
}

function addressOf(ip: string, value: Json): EniAddress {
  const key = member(value, 'IPAMKey');
  const assigned =
    key === undefined ? member(value, 'Assigned') === true : stringOf(member(key, 'networkName')) !== null;
  const metadata = member(value, 'IPAMMetadata');
  const released = member(value, 'UnassignedTime');
  return {
    address: stringOf(member(value, 'Address')) ?? ip,
    assigned,
    namespace: stringOf(member(metadata, 'k8sPodNamespace')),
    pod: stringOf(member(metadata, 'k8sPodName')),
    unassignedAt: assigned || typeof released !== 'string' ? null : toTime(released),
  };
}

/** `10.0.1.16/28` from the address and its base64 mask, else the map's key (`10.0.1.9/32`, or `10.0.1.9/ffffffff`). */
function cidrOf(name: string, cidr: Json | undefined): string {
  const ip = stringOf(member(cidr, 'IP'));
  const mask = stringOf(member(cidr, 'Mask'));
  const bytes = mask === null ? null : [...Buffer.from(mask, 'base64')];
  if (ip !== null && bytes !== null && (bytes.length === 4 || bytes.length === 16))
    return `${ip}/${ones(bytes)}`;
  const hex = /^([0-9a-fA-F:.]+)\/((?:[0-9a-f]{2}){4}|(?:[0-9a-f]{2}){16})$/.exec(name);
  return hex === null ? name : `${hex[1]}/${ones([...Buffer.from(hex[2]!, 'hex')])}`;
}

function ones(bytes: readonly number[]): number {
  return bytes.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);
}
