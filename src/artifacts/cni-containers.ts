import type { CniContainer } from '../model/node.js';
import { arrayOf, isRecord, LineIndex, member, stringOf, type Json } from './json.js';
import { readJsonDocuments } from './json-documents.js';
import type { Parsed } from './parsed.js';

const MAX_CONTAINERS = 200;
const MAX_VARIABLES = 1_000;

/**
 * Environment of the CNI's containers: `ctr container info` of each, one document after the other, with error
 * messages between; or `docker inspect`, arrays of documents. Init and stopped containers are included, so several
 * versions can appear.
 *
 *     { "ID": "7708…", "Labels": {"io.kubernetes.container.name": "aws-node"},
 *       "Image": "602401143452.dkr.ecr.eu-central-1.amazonaws.com/amazon-k8s-cni:v1.19.2-eksbuild.1",
 *       "Spec": {"process": {"args": ["/app/aws-vpc-cni"], "env": ["ENABLE_POD_ENI=false", "VPC_CNI_VERSION=v1.19.2"]}} }
 */
export function parseCniContainers(text: string, file: string): Parsed<readonly CniContainer[]> {
  const read = readJsonDocuments(text);
  const index = new LineIndex(text);
  const containers: CniContainer[] = [];
  let notUnderstood = read.rejected;
  for (const document of read.documents) {
    let from = document.start;
    for (const value of Array.isArray(document.value) ? document.value : [document.value]) {
      const container = containerOf(value, file, index, from);
      if (container === null) notUnderstood += 1;
      else if (containers.length < MAX_CONTAINERS) containers.push(container.container);
      from = container?.next ?? from;
    }
  }
  return {
    value: containers,
    understood: containers.length,
    notUnderstood,
    truncated: read.truncated,
  };
}

function containerOf(
  value: Json,
  file: string,
  index: LineIndex,
  from: number,
): { container: CniContainer; next: number } | null {
  const config = member(value, 'Config');
  const variables = arrayOf(member(member(member(value, 'Spec'), 'process'), 'env'));
  const list = variables.length > 0 ? variables : arrayOf(member(config, 'Env'));
  const image = stringOf(member(config, 'Image')) ?? stringOf(member(value, 'Image'));
  if (!isRecord(value) || (list.length === 0 && image === null)) return null;
  const env = new Map<string, { value: string; loc: { file: string; line: number } }>();
  for (const entry of list.slice(0, MAX_VARIABLES)) {
    const equals = typeof entry === 'string' ? entry.indexOf('=') : -1;
    if (typeof entry !== 'string' || equals <= 0) continue;
    const line = index.lineOf(JSON.stringify(entry), from);
    env.set(entry.slice(0, equals), { value: entry.slice(equals + 1), loc: { file, line } });
  }
  const id = stringOf(member(value, 'ID')) ?? stringOf(member(value, 'Id'));
  const start = id === null ? from : index.offsetOf(JSON.stringify(id), from);
  const container: CniContainer = {
    name: nameOf(value),
    image,
    version: versionOf(env.get('VPC_CNI_VERSION')?.value) ?? versionOf(image?.split(':').at(-1)),
    env,
    loc: { file, line: index.lineAt(start) },
  };
  return { container, next: start };
}

function nameOf(value: Json): string | null {
  const key = 'io.kubernetes.container.name';
  const label = stringOf(member(member(value, 'Labels'), key));
  const docker = stringOf(member(member(member(value, 'Config'), 'Labels'), key));
  return label ?? docker ?? /^\/?k8s_([^_]+)_/.exec(stringOf(member(value, 'Name')) ?? '')?.[1] ?? null;
}

/** `v1.18.1` of `v1.18.1-eksbuild.3` or `1.18.1`; null when it is no version. */
export function versionOf(text: string | undefined): string | null {
  const match = /^v?(\d{1,4}\.\d{1,4}\.\d{1,4})(?![\d.])/.exec(text ?? '');
  return match === null ? null : `v${match[1]}`;
}
