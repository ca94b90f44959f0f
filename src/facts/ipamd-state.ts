import { defineFact, flag, known, number, oneOf, text, unknown } from './support/define.js';
import { fileEvidence } from './support/evidence.js';
import { cniEnv } from './support/nodes.js';

/** Whether ipamd answered when the collector asked, and whether it was meant to. */
export const ipamdState = defineFact({
  name: 'ipamd_state',
  description: 'The address management daemon of a node as the collector found it.',
  fields: {
    introspection: oneOf(['ok', 'empty', 'missing', 'truncated', 'unreadable'], 'state of enis.json'),
    metrics: text('state of metrics.json'),
    disabled: flag('introspection was switched off (DISABLE_INTROSPECTION)'),
    answered: flag('introspection or metrics gave something'),
    silent: flag('both were asked and gave nothing, and introspection is not switched off'),
    agent_running: flag('aws-k8s-agent is in the process list; null when it was not collected'),
    log_quiet_seconds: number('from the last line of ipamd.log to the collection'),
  },
  compute: (context) => {
    if (context.nodes.length === 0) return unknown('no bundle was given');
    return known(
      context.nodes.map((node) => {
        const { introspection, ipamdMetrics, processes } = node;
        const disabled = cniEnv(node, 'DISABLE_INTROSPECTION')?.value === 'true';
        const answered = introspection.state === 'ok' || ipamdMetrics.state === 'ok';
        const log = context.logs.files.filter(
          (f) => f.node === node.id && f.source === 'ipamd' && f.last !== null,
        );
        const last = log.length === 0 ? null : Math.max(...log.map((f) => f.last ?? 0));
        return {
          node: node.id,
          fields: {
            introspection: introspection.state,
            metrics: ipamdMetrics.state,
            disabled,
            answered,
            silent:
              !answered && !disabled && introspection.state === 'empty' && ipamdMetrics.state === 'empty',
            agent_running:
              processes.state === 'ok'
                ? processes.value.some((p) => p.command.includes('aws-k8s-agent'))
                : null,
            log_quiet_seconds:
              last === null || node.collectedAt === null
                ? null
                : Math.max(0, Math.round((node.collectedAt - last) / 1000)),
          },
          evidence: [
            fileEvidence(node.id, introspection.file, `introspection: ${introspection.state}`),
            fileEvidence(node.id, ipamdMetrics.file, `metrics: ${ipamdMetrics.state}`),
          ],
        };
      }),
    );
  },
});
