/** Reads bundles into node facts, for commands that explain nodes and need neither logs nor captures. */
import { NetcheckError } from '../errors.js';
import type { Limits } from '../limits.js';
import type { NodeFacts } from '../model/node.js';
import type { Bundle, Problem } from '../model/source.js';
import { openBundle } from '../open-bundle.js';
import type { PhaseOptions } from '../phases.js';

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

export interface LoadOptions extends PhaseOptions {
  readonly limits: Limits;
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
  const { bundles, captures, nodes, problems, close } = await openBundle(inputs, options);
  try {
    if (bundles.length === 0) throw noBundle(captures.length, problems);
    const loaded = bundles.map((bundle, i): LoadedNode => ({ bundle, facts: nodes[i]! }));
    return await use({ nodes: loaded, problems, captures: captures.length });
  } finally {
    await close();
  }
}

function noBundle(captures: number, problems: readonly Problem[]): NetcheckError {
  const first = problems.find((p) => p.note !== true);
  const why = first === undefined ? '' : ` ${first.subject}: ${first.message}`;
  return new NetcheckError('E_NO_INPUT', `The input holds ${captures} capture(s) and no bundle.${why}`, {
    hint: 'Give a bundle of the log collector: .tar.gz, .tgz, .tar, .zip, or the folder it was extracted to.',
  });
}
