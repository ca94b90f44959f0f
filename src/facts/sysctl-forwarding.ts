import { isKnown } from '../model/location.js';
import { defineFact, flag, number, perNode, text } from './support/define.js';
import { lineEvidence } from './support/evidence.js';
import { primaryInterface } from './support/nodes.js';

/** Whether the kernel forwards at all: per family, and only where the node has pods of that family. */
export const sysctlForwarding = defineFact({
  name: 'sysctl_forwarding',
  description: 'The switch that lets a node forward packets between pods and the network.',
  fields: {
    family: number('4 or 6'),
    key: text('sysctl'),
    value: text('its value'),
    disabled: flag('forwarding is off and the node has pods of that family'),
    primary: text('primary interface'),
  },
  compute: (context) =>
    perNode(
      context,
      'sysctls',
      (node) => isKnown(node.sysctl),
      (node) =>
        (
          [
            [4, 'net.ipv4.ip_forward'],
            [6, 'net.ipv6.conf.all.forwarding'],
          ] as const
        ).flatMap(([family, key]) => {
          const found = node.sysctl.value.get(key);
          if (found === undefined) return [];
          const pods = node.pods.filter((pod) => pod.ip.includes(':') === (family === 6));
          return [
            {
              node: node.id,
              fields: {
                family,
                key,
                value: found.value,
                disabled: found.value.trim() === '0' && pods.length > 0,
                primary: primaryInterface(node),
              },
              evidence: [lineEvidence(node.id, found.loc, `${key} = ${found.value}`)],
            },
          ];
        }),
    ),
});
