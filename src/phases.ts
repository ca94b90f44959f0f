/** The phases that every way into the bundles shares: ingest, then the facts of each node. */
import { NetcheckError } from './errors.js';
import { ingest, type TempDir } from './ingest/index.js';
import type { Limits } from './limits.js';
import type { NodeFacts } from './model/node.js';
import type { Bundle, Ingested, Problem } from './model/source.js';
import { buildNode } from './node/build.js';

/** What is being worked on, for a progress display. */
export interface Progress {
  readonly stage: 'ingest' | 'nodes' | 'logs' | 'captures' | 'align' | 'rules';
  /** Name of the input, file or node. */
  readonly subject: string;
  /** Work done and to do, in `unit`s; total is null while it is not known. */
  readonly done: number;
  readonly total: number | null;
  readonly unit: 'bytes' | 'files' | 'nodes';
}

export interface PhaseOptions {
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

/** `ingest`, with its progress as that of the run. */
export async function ingestInputs(
  inputs: readonly string[],
  limits: Limits,
  tempDir: TempDir,
  options: PhaseOptions,
): Promise<Ingested> {
  return ingest(inputs, {
    limits,
    tempDir,
    ...(options.signal ? { signal: options.signal } : {}),
    onProgress: (e) =>
      options.onProgress?.({ stage: 'ingest', subject: e.input, done: e.bytes, total: null, unit: 'bytes' }),
  });
}

/** Facts of the nodes, in the order of the bundles. */
export async function buildNodes(
  bundles: readonly Bundle[],
  limits: Limits,
  options: PhaseOptions,
): Promise<{ nodes: NodeFacts[]; problems: Problem[] }> {
  const nodes: NodeFacts[] = [];
  const problems: Problem[] = [];
  for (const [i, bundle] of bundles.entries()) {
    options.signal?.throwIfAborted();
    options.onProgress?.({
      stage: 'nodes',
      subject: bundle.id,
      done: i,
      total: bundles.length,
      unit: 'nodes',
    });
    const built = await buildNode(bundle, limits);
    nodes.push(built.facts);
    problems.push(...built.problems);
  }
  return { nodes, problems };
}

/** No bundle and no capture in anything that was given: says of each input why. */
export function nothingUsable(ingested: Ingested): NetcheckError {
  const reasons = ingested.problems.slice(0, 10).map((p) => `\n  ${p.subject}: ${p.message}`);
  const more = ingested.problems.length > 10 ? `\n  … and ${ingested.problems.length - 10} more` : '';
  return new NetcheckError('E_NO_INPUT', `No bundle and no capture was found.${reasons.join('')}${more}`);
}
