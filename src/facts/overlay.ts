import type { NodeFacts, Route } from '../model/node.js';
import type { Flow } from '../model/trace.js';
import { isKnown } from '../model/location.js';
import type { FactContext } from './types.js';
import { contains } from '../node/prefix.js';
import { defineFact, flag, number, oneOf, perNode, text } from './support/define.js';
import { lineEvidence } from './support/evidence.js';
import { podAt } from './support/nodes.js';

/** Device name → how it wraps packets, and the UDP port or IP protocol that must pass between nodes. */
const OVERLAYS: readonly (readonly [RegExp, string, string])[] = [
  [/^vxlan\.calico$/, 'vxlan', 'udp 4789'],
  [/^flannel\.\d+$/, 'vxlan', 'udp 8472'],
  [/^cilium_vxlan$/, 'vxlan', 'udp 8472'],
  [/^(cilium_geneve|geneve\d*|genev_sys_\d+)$/, 'geneve', 'udp 6081'],
  [/^vxlan/, 'vxlan', 'udp 4789'],
  [/^tunl\d/, 'ipip', 'IP protocol 4'],
  [/^(wireguard\.cali|wg\d|cilium_wg\d)/, 'wireguard', 'udp 51820'],
];

/** The most specific route of main to the address, where it leaves by the device. */
function routeInto(node: NodeFacts, device: string, address: string): Route | null {
  const matching = node.routes.value.filter((r) => r.table === 'main' && contains(r.dst, address));
  const best = matching.reduce<Route | null>(
    (found, r) => (found === null || r.prefixLength > found.prefixLength ? r : found),
    null,
  );
  return best?.dev === device ? best : null;
}

/** Destination of a flow that the device takes in and of which nothing arrives; null where others pass the same way. */
function lostDestination(context: FactContext, node: NodeFacts, device: string): string | null {
  const { trace } = context;
  if (trace === null || !['vpc', 'unknown'].includes(trace.summary.segment)) return null;
  const through = trace.flows.flatMap((flow) => {
    const sender = podAt(context, flow.src.ip);
    const destination = flow.translated?.dst.ip ?? flow.dst.ip;
    const route = sender === null || sender.node.id === node.id ? routeInto(node, device, destination) : null;
    return route === null ? [] : [{ flow, destination, route }];
  });
  const open = new Set(through.filter(({ flow }) => passes(flow)).map(({ route }) => route));
  const lost = through.find(({ flow, route }) => isLost(flow) && !open.has(route));
  return lost?.destination ?? null;
}

const isLost = ({ verdict, reason }: Flow): boolean => verdict === 'dropped' && reason !== 'size';

/** What loses a part of its packets passes, too. */
const passes = ({ verdict, reason }: Flow): boolean =>
  verdict === 'lossy' || (verdict === 'delivered' && reason !== 'seen-at-last-point');

/** Tunnels between nodes. `tunl0` exists as soon as the module is loaded: only routes through it say it is used. */
export const overlay = defineFact({
  name: 'overlay',
  description: 'A tunnel device of an overlay network on a node.',
  fields: {
    interface: text('device'),
    kind: oneOf(['vxlan', 'ipip', 'geneve', 'wireguard']),
    needs: text('what must pass between the nodes, such as udp 4789'),
    mtu: number('bytes'),
    routes: number('routes through it'),
    lost_destination: text(
      'destination of a flow that this node routes into it and that is lost between the nodes, while no other passes',
    ),
    carries_lost_flow: flag('there is such a flow'),
    in_question: flag('the same'),
  },
  compute: (context) =>
    perNode(
      context,
      'interfaces',
      (node) => isKnown(node.interfaces),
      (node) =>
        node.interfaces.value.flatMap((device) => {
          const type = OVERLAYS.find(([name]) => name.test(device.name));
          if (type === undefined) return [];
          const routes = node.routes.value.filter((r) => r.dev === device.name && r.type === 'unicast');
          const lost = lostDestination(context, node, device.name);
          return [
            {
              node: node.id,
              fields: {
                interface: device.name,
                kind: type[1],
                needs: type[2],
                mtu: device.mtu,
                routes: routes.length,
                lost_destination: lost,
                carries_lost_flow: lost !== null,
                in_question: lost !== null,
              },
              evidence: [
                lineEvidence(node.id, device.loc, device.name),
                ...routes.slice(0, 2).map((r) => lineEvidence(node.id, r.loc, r.text)),
              ],
            },
          ];
        }),
    ),
});
