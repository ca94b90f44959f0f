import { isKnown } from '../model/location.js';
import { defineFact, number, perNode } from './support/define.js';
import { lineEvidence } from './support/evidence.js';

/** Sums over all CPUs since boot. `insert_failed` is a clash of two packets of one flow, not a full table. */
export const conntrackStats = defineFact({
  name: 'conntrack_stats',
  description: 'Counters of connection tracking since boot, summed over the CPUs.',
  fields: {
    insert_failed: number('entries that lost a race with an equal one: parallel DNS queries, NAT clashes'),
    drop: number('packets dropped because no entry could be made'),
    early_drop: number('unreplied entries thrown out to make room'),
    invalid: number('packets that fit no connection'),
    entries: number('entries listed'),
  },
  compute: (context) =>
    perNode(
      context,
      'conntrack',
      (node) => isKnown(node.conntrack),
      (node) => {
        const { stats, count } = node.conntrack.value;
        const value = (name: string): number | null => stats.get(name)?.value ?? null;
        const shown = ['insert_failed', 'drop', 'early_drop'].flatMap((name) => {
          const stat = stats.get(name);
          return stat === undefined || stat.value === 0 ? [] : [lineEvidence(node.id, stat.loc, `${name}=`)];
        });
        return [
          {
            node: node.id,
            fields: {
              insert_failed: value('insert_failed'),
              drop: value('drop'),
              early_drop: value('early_drop'),
              invalid: value('invalid'),
              entries: count,
            },
            evidence: shown,
          },
        ];
      },
    ),
});
