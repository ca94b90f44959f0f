import type { LogFileSummary } from '../model/logs.js';
import { defineFact, known, number, text, unknown } from './support/define.js';
import { fileEvidence } from './support/evidence.js';

/**
 * Restart count of the containers whose logs are in the bundle. kubelet numbers the log of each run:
 * `var_log/kube-system_aws-node-ce231_<uid>/aws-node/3.log` is the fourth run, so three restarts.
 */
const POD_LOG =
  /(?:^|\/)(?<namespace>[^/_]+)_(?<pod>[^/_]+)_[^/_]+\/(?<container>[^/]+)\/(?<run>\d+)\.log(?:\.|$)/;

interface Runs {
  readonly node: string;
  readonly pod: string;
  readonly container: string;
  readonly max: LogFileSummary;
  readonly run: number;
  readonly files: number;
}

export const containerRestarts = defineFact({
  name: 'container_restarts',
  description: 'A container of the bundle with the number of its restarts.',
  fields: {
    pod: text('namespace/name'),
    container: text('container name'),
    restarts: number('highest run number among its logs'),
    logs: number('logs of it in the bundle'),
    last_log_first: text('time of the first line of its newest run, ISO 8601'),
  },
  compute: (context) => {
    const runs = new Map<string, Runs>();
    for (const file of context.logs.files) {
      const match = POD_LOG.exec(file.file)?.groups;
      if (match === undefined) continue;
      const { namespace, pod, container, run } = match;
      if (namespace === undefined || pod === undefined || container === undefined) continue;
      const key = `${file.node} ${namespace}/${pod} ${container}`;
      const before = runs.get(key);
      const number_ = Number(run);
      const newest = before === undefined || number_ > before.run;
      runs.set(key, {
        node: file.node,
        pod: `${namespace}/${pod}`,
        container,
        max: newest ? file : before.max,
        run: newest ? number_ : before.run,
        files: (before?.files ?? 0) + 1,
      });
    }
    if (runs.size === 0) return unknown('no container logs');
    return known(
      [...runs.values()].map((r) => ({
        node: r.node,
        fields: {
          pod: r.pod,
          container: r.container,
          restarts: r.run,
          logs: r.files,
          last_log_first: r.max.first === null ? null : new Date(r.max.first).toISOString(),
        },
        evidence: [
          fileEvidence(r.node, r.max.file, `run number ${String(r.run)} of container ${r.container}`),
        ],
      })),
    );
  },
});
