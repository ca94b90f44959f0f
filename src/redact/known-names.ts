import type { AnalysisDocument } from '../model/document.js';
import { isOwnName, NAMED, WITHIN_ARNS } from './names.js';

/** Names that no pattern finds wherever they stand: they are known from another place of the document. */
export interface KnownNames {
  readonly hosts: readonly string[];
  /** Names of nodes that are words too: replaced only where they stand for a node. */
  readonly plainHosts: readonly string[];
  readonly roles: readonly string[];
}

/** Bounds what a hostile document can make of it. */
const MAX_NAMES = 500;

/** Of nodes and clusters as the facts have them, and what the texts name in so many words. */
export function knownNames(d: AnalysisDocument): KnownNames {
  const hosts = new Set<string>();
  const plain = new Set<string>();
  const roles = new Set<string>();
  const host = (name: string): void => {
    if (!isOwnName(name)) return;
    if (/[\d._-]/.test(name)) hosts.add(name);
    else plain.add(name);
  };
  for (const b of d.coverage.bundles) {
    // Ids of instances have their own pattern.
    if (!/^i-[0-9a-f]{8,17}$/.test(b.id)) host(b.id);
    for (const name of [b.identity['hostname'], b.identity['cluster_name']]) {
      if (typeof name !== 'string' || !isOwnName(name)) continue;
      // What the node calls itself is no word by chance.
      hosts.add(name);
      const [label] = name.split('.');
      if (label !== name && label !== undefined) host(label);
    }
  }
  for (const text of new Set(strings(d)))
    for (const { kind, regex, group = 0, accept } of [...NAMED, ...WITHIN_ARNS]) {
      if (hosts.size + plain.size + roles.size > MAX_NAMES) break;
      for (const m of text.matchAll(regex)) {
        const name = m[group];
        if (name === undefined || accept?.(name) === false) continue;
        if (kind === 'role' && isOwnName(name)) roles.add(name);
        else if (kind === 'host') host(name);
      }
    }
  return { hosts: [...hosts], plainHosts: [...plain].filter((n) => !hosts.has(n)), roles: [...roles] };
}

function* strings(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (Array.isArray(value)) for (const v of value) yield* strings(v);
  else if (value !== null && typeof value === 'object')
    for (const v of Object.values(value)) yield* strings(v);
}
