import type { NodeFacts, Service } from '../model/node.js';
import type { FactContext } from './types.js';
import { sameAddress } from './support/addresses.js';
import { concernOf, inQuestion } from './support/concern.js';
import { defineFact, flag, known, number, oneOf, text, unknown } from './support/define.js';
import { lineEvidence } from './support/evidence.js';
import { ownsAddress, podAt } from './support/nodes.js';

/**
 * Held by a known node, and free there: nobody can answer. An address of a subnet alone proves nothing, it may
 * belong to a node whose bundle was not given.
 */
function isFree(context: FactContext, ip: string): boolean {
  if (podAt(context, ip) !== null || context.nodes.some((node) => ownsAddress(node, ip))) return false;
  return context.nodes.some((node) =>
    node.introspection.value.enis.some((eni) =>
      eni.addresses.some((a) => !a.assigned && sameAddress(a.address, ip)),
    ),
  );
}

function instance(context: FactContext, node: NodeFacts, service: Service) {
  const stale = service.endpoints.filter((endpoint) => isFree(context, endpoint.ip));
  const tuple = { src: null, dst: service.clusterIp, dport: service.port, protocol: service.protocol };
  const concern = concernOf(context);
  return {
    node: node.id,
    fields: {
      service: service.name,
      cluster_ip: service.clusterIp,
      port: service.port,
      protocol: service.protocol,
      endpoints: service.endpoints.length,
      stale: stale.length,
      stale_endpoint: stale[0] === undefined ? null : `${stale[0].ip}:${String(stale[0].port)}`,
      no_endpoints: service.endpoints.length === 0 && service.rejected !== null,
      in_question: concern.from !== 'none' && inQuestion(concern, tuple),
    },
    evidence: [
      lineEvidence(node.id, service.loc, service.clusterIp),
      ...(service.rejected === null ? [] : [lineEvidence(node.id, service.rejected, service.clusterIp)]),
      ...stale.slice(0, 3).map((endpoint) => lineEvidence(node.id, endpoint.loc, endpoint.ip)),
    ],
  };
}

/** Services of a node whose endpoints are gone, or that have none. */
export const serviceEndpoint = defineFact({
  name: 'service_endpoint',
  description: 'A service with an endpoint that no pod holds any more, or without endpoints.',
  fields: {
    service: text('namespace/name:port, when the rule says'),
    cluster_ip: text('cluster address'),
    port: number('service port'),
    protocol: oneOf(['tcp', 'udp', 'sctp']),
    endpoints: number('endpoints'),
    stale: number('endpoints whose address a known node holds free'),
    stale_endpoint: text('address:port of the first of them'),
    no_endpoints: flag('it has none, and its traffic is rejected'),
    in_question: flag('a flow in question goes to it; false when nothing is in question'),
  },
  compute: (context) => {
    if (context.nodes.length === 0) return unknown('no bundle was given');
    return known(
      context.nodes.flatMap((node) =>
        node.services
          .map((service) => instance(context, node, service))
          .filter(({ fields }) => fields.no_endpoints || fields.stale > 0),
      ),
    );
  },
});
