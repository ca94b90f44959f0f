import { isIP } from 'node:net';
import type { PodAllocation } from '../model/node.js';
import { arrayOf, isRecord, LineIndex, member, stringOf, type Json } from './json.js';
import { lastObject, readJsonDocuments } from './json-documents.js';
import type { Parsed } from './parsed.js';

const MAX_ALLOCATIONS = 20_000;

/**
 * ipamd's checkpoint `ipam.json` (`ipam-nic-1.json` … of further network cards): the best map of pod addresses to
 * pod names. Pods on branch ENIs are not in it; very old entries have no names.
 *
 *     {"version":"vpc-cni-ipam/1","allocations":[{"networkName":"aws-cni","containerID":"<64 hex>","ifName":"eth0",
 *      "ipv4":"10.0.1.9","allocationTimestamp":1715938282123456789,
 *      "metadata":{"k8sPodNamespace":"shop","k8sPodName":"cart-0"}}]}
 */
export function parseIpamCheckpoint(text: string, file: string): Parsed<readonly PodAllocation[]> {
  const read = readJsonDocuments(text);
  const document = lastObject(read);
  const list = member(document?.value, 'allocations');
  // Go prints a list that was never filled as null.
  const known = document !== null && (Array.isArray(list) || list === null);
  const index = new LineIndex(text);
  const value: PodAllocation[] = [];
  let notUnderstood = read.rejected;
  let from = document?.start ?? 0;
  for (const item of arrayOf(list).slice(0, MAX_ALLOCATIONS)) {
    const addresses = [stringOf(member(item, 'ipv4')), stringOf(member(item, 'ipv6'))];
    const valid = addresses.filter((ip): ip is string => ip !== null && isIP(ip) !== 0);
    if (valid.length === 0) notUnderstood += 1;
    for (const ip of valid) {
      from = index.offsetOf(JSON.stringify(ip), from);
      value.push(allocation(item, ip, { file, line: index.lineAt(from) }));
    }
  }
  return { value, understood: known ? 1 + value.length : 0, notUnderstood, truncated: read.truncated };
}

function allocation(item: Json, ip: string, loc: PodAllocation['loc']): PodAllocation {
  const metadata = member(item, 'metadata');
  const stamp = member(item, 'allocationTimestamp');
  const nanoseconds = typeof stamp === 'number' && stamp > 0 && stamp < 1e19 ? stamp : null;
  const named = isRecord(metadata);
  return {
    ip,
    namespace: named ? stringOf(member(metadata, 'k8sPodNamespace')) : null,
    pod: named ? stringOf(member(metadata, 'k8sPodName')) : null,
    containerId: stringOf(member(item, 'containerID')),
    ifName: stringOf(member(item, 'ifName')),
    allocatedAt: nanoseconds === null ? null : Math.round(nanoseconds / 1e6),
    loc,
  };
}
