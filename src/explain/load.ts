/** Reads bundles into node facts, for commands that explain nodes and need neither logs nor captures. */
import { NetcheckError } from '../errors.js';
import { ingest, TempDir } from '../ingest/index.js';
import type { Limits } from '../limits.js';
import type { NodeFacts } from '../model/node.js';
import type { Bundle, Problem } from '../model/source.js';
import { buildNode } from '../node/build.js';
import type { Progress } from '../run.js';

export interface LoadedNode {
  readonly bundle: Bundle;
  readonly facts: NodeFacts;
}

export interface Loaded {
  readonly nodes: readonly LoadedNode[];
  readonly problems: readonly Problem[];
  /** Captures among the inputs: these commands leave them aside, and say so. */
  readonly captures: number;
}

export interface LoadOptions {
  readonly limits: Limits;
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Ingests the inputs, builds the facts of each node and hands them to `use`; the files can be read until that is
 * done. Throws E_NO_INPUT when there is no bundle among the inputs.
 */
export async function withNodes<T>(
  inputs: readonly string[],
  options: LoadOptions,
  use: (loaded: Loaded) => Promise<T> | T,
): Promise<T> {
  const tempDir = new TempDir();
  try {
    const { limits, onProgress, signal } = options;
    const ingested = await ingest(inputs, {
      limits,
      tempDir,
      ...(signal === undefined ? {} : { signal }),
      onProgress: (e) =>
        onProgress?.({ stage: 'ingest', subject: e.input, done: e.bytes, total: null, unit: 'bytes' }),
    });
    if (ingested.bundles.length === 0) throw noBundle(ingested.captures.length, ingested.problems);
    const nodes: LoadedNode[] = [];
    const problems: Problem[] = [...ingested.problems];
    for (const [done, bundle] of ingested.bundles.entries()) {
      signal?.throwIfAborted();
      const total = ingested.bundles.length;
      onProgress?.({ stage: 'nodes', subject: bundle.id, done, total, unit: 'nodes' });
      const built = await buildNode(bundle, limits);
      nodes.push({ bundle, facts: built.facts });
      problems.push(...built.problems);
    }
    return await use({ nodes, problems, captures: ingested.captures.length });
  } finally {
    await tempDir.remove();
  }
}

function noBundle(captures: number, problems: readonly Problem[]): NetcheckError {
  const first = problems.find((p) => p.note !== true);
  const why = first === undefined ? '' : ` ${first.subject}: ${first.message}`;
  const found = captures > 0 ? `${captures} capture(s) and no bundle` : 'no bundle';
  return new NetcheckError('E_NO_INPUT', `The input holds ${found}.${why}`, {
    hint: 'Give a bundle of the log collector: .tar.gz, .tgz, .tar, .zip, or the folder it was extracted to.',
  });
}
