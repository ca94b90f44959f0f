import { distance } from 'fastest-levenshtein';
import { printable } from '../ingest/index.js';

/** `Did you mean …?` with up to three of the names, the nearest first. */
export function nearestNames(wanted: string, names: readonly string[]): string {
  const base = wanted.split('/').pop() ?? wanted;
  const scored = [...new Set(names)]
    .map((name) => ({
      name,
      d: Math.min(distance(wanted, name), distance(base, name.split('/').pop() ?? name) + 1),
    }))
    .sort((a, b) => a.d - b.d || (a.name < b.name ? -1 : 1));
  const near = scored.filter((s) => s.d <= Math.max(3, wanted.length / 3)).slice(0, 3);
  return near.length === 0 ? '' : `Did you mean ${near.map((n) => printable(n.name)).join(', ')}?`;
}
