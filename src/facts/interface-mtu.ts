import { isKnown } from '../model/location.js';
import { defineFact, number, oneOf, perNode, text } from './support/define.js';
import { lineEvidence } from './support/evidence.js';
import { interfaceKind } from './support/nodes.js';

/** MTU of each interface, by what the interface is. */
export const interfaceMtu = defineFact({
  name: 'interface_mtu',
  description: 'An interface of a node with its MTU.',
  fields: {
    interface: text('name'),
    kind: oneOf(['eni', 'veth', 'branch', 'overlay', 'loopback', 'bridge', 'other']),
    mtu: number('bytes'),
  },
  compute: (context) =>
    perNode(
      context,
      'interfaces',
      (node) => isKnown(node.interfaces),
      (node) =>
        node.interfaces.value.flatMap((i) =>
          i.mtu === null
            ? []
            : [
                {
                  node: node.id,
                  fields: { interface: i.name, kind: interfaceKind(node, i.name), mtu: i.mtu },
                  evidence: [lineEvidence(node.id, i.loc, i.name)],
                },
              ],
        ),
    ),
});
