import type { NodeFacts, Route } from '../model/node.js';
import { isKnown } from '../model/location.js';
import { defineFact, flag, number, oneOf, perNode, text } from './support/define.js';
import { lineEvidence, recordEvidence } from './support/evidence.js';
import { MARTIAN_QUERY, recordsOf } from './support/log-queries.js';
import { interfaceKind, primaryInterface } from './support/nodes.js';
import { simulatedFlows, type SimulatedFlow } from './support/simulated.js';
import { traceBlames } from './support/blame.js';
import { addressInQuestion, concernOf } from './support/concern.js';

const numeric = (value: string | undefined): number | null =>
  value === undefined || !/^[012]$/.test(value.trim()) ? null : Number(value);

/** The simulation says `…; way back to the source: <route>`. */
function wayBack(node: NodeFacts, flow: SimulatedFlow): { text: string; route: Route | undefined } {
  const said = flow.result.decidedBy?.text ?? '';
  const text_ = said.split('way back to the source: ').at(-1) ?? said;
  return { text: text_, route: node.routes.value.find((r) => r.text === text_) };
}

/**
 * Reverse-path filtering per interface: the larger of `all` and the interface's own setting is in force. 1 asks
 * that the way back to the source leaves by the interface the packet came in by; 2 that there is a way back.
 */
export const rpFilter = defineFact({
  name: 'rp_filter',
  description: 'Reverse-path filtering of a network interface of the node.',
  fields: {
    interface: text('interface'),
    effective: number('0 off, 1 strict, 2 loose'),
    strict: flag('1 is in force'),
    primary: flag('it is the primary interface'),
    martians: number('packets the kernel logged as coming from an impossible source there'),
    drops_question: flag('it drops a flow in question'),
    suspect: flag('the same, or it is strict and the kernel logged such packets of the flows in question'),
    src: text('source of the packet it drops'),
    dst: text('destination of the packet it drops'),
    in_question: flag('the same'),
    way_back: text('the route back that does not fit'),
    way_back_refused: flag('it is a blackhole, unreachable or prohibit route'),
    trace_agrees: oneOf(
      ['yes', 'no', 'unknown'],
      'yes, no or unknown: do the captures place the loss on this node',
    ),
  },
  compute: (context) => {
    const concern = concernOf(context);
    const flows = simulatedFlows(context).filter(({ result }) => result.decidedBy?.kind === 'rp_filter');
    return perNode(
      context,
      'sysctls',
      (node) => isKnown(node.sysctl),
      (node) => {
        const all = numeric(node.sysctl.value.get('net.ipv4.conf.all.rp_filter')?.value) ?? 0;
        const logged = recordsOf(context, MARTIAN_QUERY, node.id)?.records ?? [];
        return node.interfaces.value.flatMap(({ name }) => {
          if (!['eni', 'branch'].includes(interfaceKind(node, name))) return [];
          const own = node.sysctl.value.get(`net.ipv4.conf.${name}.rp_filter`);
          const value = numeric(own?.value);
          if (own === undefined || value === null) return [];
          const effective = Math.max(all, value);
          const martians = logged.filter((record) => record.fields['dev'] === name);
          const concerned = martians.filter((record) =>
            [record.fields['src'], record.fields['dst']].some(
              (ip) => ip !== undefined && addressInQuestion(concern, ip),
            ),
          );
          const hit = flows.find((flow) => flow.node.id === node.id && flow.packet.iif === name);
          const suspect = hit !== undefined || (effective === 1 && concerned.length > 0);
          const back = hit === undefined ? null : wayBack(node, hit);
          return [
            {
              node: node.id,
              fields: {
                interface: name,
                effective,
                strict: effective === 1,
                primary: name === primaryInterface(node),
                martians: martians.length,
                drops_question: hit !== undefined,
                suspect,
                in_question: suspect,
                src: hit?.packet.src ?? concerned[0]?.fields['src'] ?? null,
                dst: hit?.packet.dst ?? concerned[0]?.fields['dst'] ?? null,
                way_back: back?.text ?? null,
                way_back_refused: back === null ? null : /^(blackhole|unreachable|prohibit) /.test(back.text),
                trace_agrees: traceBlames(context, node.id),
              },
              evidence: [
                lineEvidence(node.id, own.loc, `net.ipv4.conf.${name}.rp_filter = ${own.value}`),
                ...(back?.route === undefined
                  ? []
                  : [lineEvidence(node.id, back.route.loc, back.route.text)]),
                ...martians.slice(0, 3).map(recordEvidence),
              ],
            },
          ];
        });
      },
    );
  },
});
