import { isKnown } from '../model/location.js';
import { defineFact, number, perNode } from './support/define.js';
import { lineEvidence } from './support/evidence.js';

const COUNT = 'net.netfilter.nf_conntrack_count';
const MAX = 'net.netfilter.nf_conntrack_max';

const numeric = (value: string | undefined): number | null =>
  value === undefined || !/^\d+$/.test(value.trim()) ? null : Number(value);

/** How full the kernel's connection table was when the bundle was collected. */
export const conntrackUsage = defineFact({
  name: 'conntrack_usage',
  description: 'Entries of the connection tracking table against its limit.',
  fields: {
    entries: number('entries in the table'),
    max: number('limit'),
    ratio: number('entries / limit'),
    percent: number('the same in per cent'),
  },
  compute: (context) =>
    perNode(
      context,
      'sysctls',
      (node) => isKnown(node.sysctl),
      (node) => {
        const count = node.sysctl.value.get(COUNT);
        const max = node.sysctl.value.get(MAX);
        const entries = numeric(count?.value);
        const limit = numeric(max?.value);
        if (count === undefined || max === undefined || entries === null || limit === null || limit === 0)
          return [];
        const ratio = Math.round((entries / limit) * 10_000) / 10_000;
        return [
          {
            node: node.id,
            fields: { entries, max: limit, ratio, percent: Math.round(ratio * 1000) / 10 },
            evidence: [
              lineEvidence(node.id, count.loc, `${COUNT} = ${count.value}`),
              lineEvidence(node.id, max.loc, `${MAX} = ${max.value}`),
            ],
          },
        ];
      },
    ),
});
