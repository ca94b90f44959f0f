/** Runs the built command line as a user would. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AnalysisDocument } from '../../src/model/document.js';
import { inputsOf } from './truth.js';

export const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export const cliIsBuilt = existsSync(CLI);

/** `eks-netcheck analyze bundles caps --format json --quiet` on a case folder. */
export function analyzeCase(caseFolder: string): AnalysisDocument {
  const args = [CLI, 'analyze', ...inputsOf(caseFolder), '--format', 'json', '--quiet'];
  const run = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 28, timeout: 120_000 });
  if (run.status !== 0)
    throw new Error(`eks-netcheck ended with ${String(run.status)}: ${run.stderr || String(run.error)}`);
  return JSON.parse(run.stdout) as AnalysisDocument;
}
