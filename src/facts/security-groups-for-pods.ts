import { concernOf, namesAddress } from './support/concern.js';
import { defineFact, flag, known, number, oneOf, text, unknown } from './support/define.js';
import { lineEvidence, recordEvidence } from './support/evidence.js';
import { PROBE_QUERY, recordsOf } from './support/log-queries.js';
import { cniEnv, podName } from './support/nodes.js';
import type { NodeFacts } from '../model/node.js';
import type { FactContext } from './types.js';
import { sameAddress } from './support/addresses.js';

/** Connections from or to the pod that nobody ever answered, by the node's connection table. */
const unanswered = (node: NodeFacts, ip: string) =>
  node.conntrack.value.entries.filter(
    (e) =>
      e.flags.includes('UNREPLIED') && (sameAddress(e.original.src, ip) || sameAddress(e.original.dst, ip)),
  );

/** Probes of kubelet to the pod that ran into a time-out. */
const timedOutProbes = (context: FactContext, node: NodeFacts, ip: string) =>
  (recordsOf(context, PROBE_QUERY, node.id)?.records ?? []).filter((record) =>
    sameAddress(record.fields['ip'] ?? '', ip),
  );

const MIN_PROBES = 3;
const MIN_UNANSWERED = 5;

/**
 * Pods with a branch ENI. ENABLE_POD_ENI and the rules for `vlan+` stand on nodes without any such pod too, so
 * only the pods count.
 */
export const securityGroupsForPods = defineFact({
  name: 'security_groups_for_pods',
  description: 'A pod with a branch ENI, that is with security groups of its own.',
  fields: {
    pod_ip: text('address of the pod'),
    pod: text('namespace/name, when known'),
    mode: oneOf(['strict', 'standard'], 'POD_SECURITY_GROUP_ENFORCING_MODE; null when not known'),
    tcp_early_demux: number('net.ipv4.tcp_early_demux: 1 breaks kubelet probes in strict mode'),
    named_in_question: flag('an end of a flow in question; false when nothing is in question'),
    in_question: flag('the same'),
    role: oneOf(['src', 'dst'], 'of the flow in question; null when it is neither'),
    lost_in_vpc: flag(
      'the captures place the loss of the flows in question in the VPC, or cannot exclude it',
    ),
    direction: oneOf(['forward', 'return'], 'direction of that loss'),
    probes_timed_out: number('probes of kubelet to it that ran into a time-out'),
    unanswered: number('its connections that nobody answered, by the connection table of the node'),
    symptom: oneOf(
      ['loss', 'probes', 'connections', 'none'],
      'loss: of captures; null where they show something else',
    ),
    src: text('source of the flows in question'),
    dst: text('destination of the flows in question'),
  },
  compute: (context) => {
    if (context.nodes.length === 0) return unknown('no bundle was given');
    const { trace } = context;
    const concern = concernOf(context);
    const lost =
      trace !== null &&
      trace.summary.verdict === 'dropped' &&
      ['vpc', 'unknown'].includes(trace.summary.segment);
    return known(
      context.nodes.flatMap((node) =>
        node.pods
          .filter((pod) => pod.branchEni)
          .map((pod) => {
            const demux = node.sysctl.value.get('net.ipv4.tcp_early_demux')?.value;
            const probes = timedOutProbes(context, node, pod.ip);
            const open = unanswered(node, pod.ip);
            const hit = lost && namesAddress(concern, pod.ip);
            const symptom =
              concern.from !== 'none'
                ? hit
                  ? 'loss'
                  : null
                : probes.length >= MIN_PROBES
                  ? 'probes'
                  : open.length >= MIN_UNANSWERED
                    ? 'connections'
                    : 'none';
            return {
              node: node.id,
              fields: {
                pod_ip: pod.ip,
                pod: podName(pod),
                mode: cniEnv(node, 'POD_SECURITY_GROUP_ENFORCING_MODE')?.value ?? null,
                tcp_early_demux: demux === undefined ? null : Number(demux),
                named_in_question: namesAddress(concern, pod.ip),
                in_question: namesAddress(concern, pod.ip),
                role: trace?.srcIp === pod.ip ? 'src' : trace?.dstIp === pod.ip ? 'dst' : null,
                lost_in_vpc: hit,
                probes_timed_out: probes.length,
                unanswered: open.length,
                symptom,
                direction: lost ? trace.summary.direction : null,
                src: trace?.srcIp ?? null,
                dst: trace?.dstIp ?? null,
              },
              evidence: [
                lineEvidence(node.id, pod.loc, pod.ip),
                ...(symptom === 'probes' ? probes.slice(0, 3).map(recordEvidence) : []),
                ...(symptom === 'connections'
                  ? open
                      .slice(0, 3)
                      .map((e) => lineEvidence(node.id, e.loc, `${e.original.src} to ${e.original.dst}`))
                  : []),
              ],
            };
          }),
      ),
    );
  },
});
