import { isKnown } from '../model/location.js';
import { defineFact, number, perNode, text } from './support/define.js';
import { lineEvidence } from './support/evidence.js';

/** Interfaces that carry no traffic of their own to the wire, or whose queue drops by design. */
const VIRTUAL = /^(lo|veth|eni|docker|flannel|cni|cilium|lxc|nodelocaldns|dummy|pod-id-link|vlan)/;

/**
 * Packets that a network interface could not send. The counter runs since the node started and carries no time, so
 * its share of all packets tells more than its value.
 */
export const interfaceDrops = defineFact({
  name: 'interface_drops',
  description:
    'Network interfaces of a node, with what their queues dropped on sending since the node started.',
  fields: {
    interface: text('interface'),
    tx_dropped: number('packets dropped on sending'),
    tx_packets: number('packets sent'),
    per_million: number('drops per million packets; null when packets are not counted'),
  },
  compute: (context) =>
    perNode(
      context,
      'interface counters',
      (node) => isKnown(node.interfaces),
      (node) =>
        node.interfaces.value.flatMap((it) => {
          if (VIRTUAL.test(it.name) || it.txDropped === null) return [];
          const tried = (it.txPackets ?? 0) + it.txDropped;
          return [
            {
              node: node.id,
              fields: {
                interface: it.name,
                tx_dropped: it.txDropped,
                tx_packets: it.txPackets,
                per_million:
                  it.txPackets === null || tried === 0 ? null : Math.round((it.txDropped / tried) * 1e6),
              },
              evidence: [
                lineEvidence(
                  node.id,
                  it.txLoc ?? it.loc,
                  `${it.name}: ${String(it.txDropped)} dropped on sending`,
                ),
              ],
            },
          ];
        }),
    ),
});
