/**
 * The phases of an analysis of one bundle within this thread: a worker of its own for every small bundle costs more
 * than the analysis. Rules are loaded once.
 */
import { FACT_LOG_QUERIES, factProvider, FACTS } from '../../src/facts/index.js';
import { ingest, TempDir } from '../../src/ingest/index.js';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import scanFile from '../../src/logs/task.js';
import { scanLogs } from '../../src/logs/scan.js';
import type { Finding, Rule } from '../../src/model/rule.js';
import { buildNode } from '../../src/node/build.js';
import { evaluateRules } from '../../src/rules/evaluate.js';
import { loadRules } from '../../src/rules/load.js';
import { availability } from '../../src/rules/needs.js';
import { logQueries } from '../../src/rules/queries.js';
import { BUILTIN_RULES, NO_QUESTION } from '../../src/run.js';

export const loadBuiltinRules = (): Promise<readonly Rule[]> =>
  loadRules([{ dir: BUILTIN_RULES, builtin: true }], FACTS);

export async function findingsOf(bundle: string, rules: readonly Rule[]): Promise<readonly Finding[]> {
  const tempDir = new TempDir();
  try {
    const { bundles } = await ingest([bundle], { limits: DEFAULT_LIMITS, tempDir });
    const nodes = await Promise.all(bundles.map(async (b) => (await buildNode(b, DEFAULT_LIMITS)).facts));
    const logs = await scanLogs(bundles, [...logQueries(rules), ...FACT_LOG_QUERIES], scanFile, {
      limits: DEFAULT_LIMITS,
      podIps: () => new Map(nodes.map((n) => [n.id, n.pods.map((p) => p.ip)])),
      since: null,
      until: null,
    });
    return evaluateRules(rules, {
      nodes: nodes.map((n) => ({ id: n.id, collectedAt: n.collectedAt })),
      facts: factProvider({ nodes, logs, trace: null, captures: [], question: NO_QUESTION }),
      matches: logs.matches,
      available: availability({ nodes, logFiles: logs.files, captures: 0, traced: false }),
      logFiles: logs.files,
    }).findings;
  } finally {
    await tempDir.remove();
  }
}
