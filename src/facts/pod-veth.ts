import { isKnown } from '../model/location.js';
import { sameAddress } from './support/addresses.js';
import { addressInQuestion, concernOf } from './support/concern.js';
import { traceBlames } from './support/blame.js';
import { defineFact, flag, number, oneOf, perNode, text } from './support/define.js';
import { fileEvidence, lineEvidence } from './support/evidence.js';
import { interfaceNamed, podAgeSeconds } from './support/nodes.js';

/** The host side of each pod's veth pair, as far as it is known by name. */
export const podVeth = defineFact({
  name: 'pod_veth',
  description: 'The veth of one pod of a node.',
  fields: {
    pod_ip: text('address of the pod'),
    namespace: text('namespace, when known'),
    pod: text('name, when known'),
    veth: text('name of the host side'),
    veth_from: text('plugin-log, route or hash: how the name is known'),
    veth_present: flag('ifconfig lists it (only interfaces that are up are listed)'),
    route_present: flag('table main has a host route to the pod; null when routes were not collected'),
    branch_eni: flag('it has a branch ENI of its own'),
    assigned: flag('the books of ipamd hold the address as in use'),
    age_seconds: number('from its allocation to the collection'),
    missing: flag('not there, and neither a new, a departed nor a branch-ENI pod'),
    in_question: flag('an end of a flow in question; true when nothing is in question'),
    trace_agrees: oneOf(
      ['yes', 'no', 'unknown'],
      'yes, no or unknown: do the captures place the loss on this node',
    ),
  },
  compute: (context) =>
    perNode(
      context,
      'interfaces',
      (node) => isKnown(node.interfaces),
      (node) =>
        node.pods.flatMap((pod) => {
          if (pod.veth === null) return [];
          const present = interfaceNamed(node, pod.veth) !== undefined;
          const routes = pod.ip.includes(':') ? node.routes6 : node.routes;
          const age = podAgeSeconds(node, pod);
          const assigned = node.checkpoint.value.some((a) => sameAddress(a.ip, pod.ip));
          return [
            {
              node: node.id,
              fields: {
                pod_ip: pod.ip,
                namespace: pod.namespace,
                pod: pod.name,
                veth: pod.veth,
                veth_from: pod.vethFrom,
                veth_present: present,
                route_present: isKnown(routes)
                  ? routes.value.some(
                      (r) => r.table === 'main' && sameAddress(r.dst.replace(/\/\d+$/, ''), pod.ip),
                    )
                  : null,
                branch_eni: pod.branchEni,
                assigned,
                age_seconds: age,
                missing: !present && assigned && !pod.branchEni && (age === null || age >= 60),
                in_question: addressInQuestion(concernOf(context), pod.ip),
                trace_agrees: traceBlames(context, node.id),
              },
              evidence: [
                lineEvidence(node.id, pod.loc, pod.ip),
                ...(present
                  ? []
                  : [fileEvidence(node.id, node.interfaces.file, `not there: interface ${pod.veth}`)]),
              ],
            },
          ];
        }),
    ),
});
