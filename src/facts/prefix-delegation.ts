import { isKnown } from '../model/location.js';
import { defineFact, flag, known, number, unknown } from './support/define.js';
import { lineEvidence } from './support/evidence.js';
import { cniEnv } from './support/nodes.js';

/** Prefix delegation: /28 blocks instead of single addresses. Routing on the node stays as it is. */
export const prefixDelegation = defineFact({
  name: 'prefix_delegation',
  description: 'Prefix delegation of the VPC CNI on a node, where it is switched on or prefixes are held.',
  fields: {
    enabled: flag('ENABLE_PREFIX_DELEGATION is true; null when the settings were not collected'),
    prefixes: number('prefixes held'),
    mixed: flag('single addresses and prefixes are held together: legal after a change of mode'),
  },
  compute: (context) => {
    if (context.nodes.length === 0) return unknown('no bundle was given');
    return known(
      context.nodes.flatMap((node) => {
        const env = cniEnv(node, 'ENABLE_PREFIX_DELEGATION');
        const cidrs = node.introspection.value.enis.flatMap((eni) => eni.cidrs);
        const prefixes = cidrs.filter((cidr) => /\/(28|80)$/.test(cidr)).length;
        if (env?.value !== 'true' && prefixes === 0) return [];
        return [
          {
            node: node.id,
            fields: {
              enabled: env === null ? (isKnown(node.cniContainers) ? false : null) : env.value === 'true',
              prefixes,
              mixed: prefixes > 0 && prefixes < cidrs.length,
            },
            evidence:
              env === null ? [] : [lineEvidence(node.id, env.loc, `ENABLE_PREFIX_DELEGATION=${env.value}`)],
          },
        ];
      }),
    );
  },
});
