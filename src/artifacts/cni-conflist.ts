import type { Loc } from '../model/location.js';
import { arrayOf, integerOf, isRecord, LineIndex, member, stringOf, type Json } from './json.js';
import { readJsonDocuments } from './json-documents.js';

export interface CniConfig {
  readonly name: string;
  readonly types: readonly string[];
  readonly mtu: number | null;
  readonly loc: Loc;
}

/** What else a configuration of the VPC CNI tells. */
export interface CniConfigDetails {
  readonly vethPrefix: string | null;
  readonly podSgEnforcingMode: string | null;
}

/**
 * One file of `/etc/cni/net.d`: a list of plugins (`.conflist`) or a single one (`.conf`). A file that is no JSON
 * still counts by its name: it proves that another CNI was there.
 *
 *     {"cniVersion": "0.4.0", "name": "aws-cni", "plugins": [
 *       {"name": "aws-cni", "type": "aws-cni", "vethPrefix": "eni", "mtu": "9001", "podSGEnforcingMode": "strict"},
 *       {"type": "portmap", "capabilities": {"portMappings": true}}]}
 */
export function parseCniConfig(text: string, name: string, file: string): CniConfig & CniConfigDetails {
  const document = readJsonDocuments(text).documents.find((d) => isRecord(d.value));
  const root = document?.value;
  const plugins: readonly Json[] =
    member(root, 'plugins') === undefined ? [root ?? null] : arrayOf(member(root, 'plugins'));
  const types: string[] = [];
  let mtu: number | null = null;
  let vethPrefix: string | null = null;
  let mode: string | null = null;
  for (const plugin of plugins.slice(0, 50)) {
    const type = stringOf(member(plugin, 'type'));
    if (type !== null) types.push(type);
    mtu ??= integerOf(member(plugin, 'mtu'));
    vethPrefix ??= stringOf(member(plugin, 'vethPrefix'));
    mode ??= stringOf(member(plugin, 'podSGEnforcingMode'));
  }
  const line = mtu === null ? 1 : new LineIndex(text).lineOf('"mtu"', document?.start ?? 0);
  return { name, types, mtu, vethPrefix, podSgEnforcingMode: mode, loc: { file, line } };
}
