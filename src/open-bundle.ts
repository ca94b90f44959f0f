import { TempDir } from './ingest/index.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import type { NodeFacts } from './model/node.js';
import type { Bundle, CaptureFile, Problem } from './model/source.js';
import { buildNodes, ingestInputs, nothingUsable, type PhaseOptions } from './phases.js';

export interface OpenOptions extends PhaseOptions {
  readonly limits?: Limits;
}

/** Inputs that are unpacked and read: `close` removes the temporary files. */
export interface OpenedBundle {
  /** One per node and collection. Their files can be read at `spool` until `close`. */
  readonly bundles: readonly Bundle[];
  /** Captures among the inputs, not read. */
  readonly captures: readonly CaptureFile[];
  /** Facts of the node of each bundle, in the same order. */
  readonly nodes: readonly NodeFacts[];
  readonly problems: readonly Problem[];
  /** Removes what was unpacked. May be called again. */
  close(): Promise<void>;
}

/**
 * Ingests bundles (archives, folders, `-`) and builds the facts of each node; no log is searched and no rule asked.
 * Call `close` when done, also after an error of your own; what throws here has cleaned up.
 *
 * Throws NetcheckError E_NO_INPUT when there is neither a bundle nor a capture, and what `ingest` throws.
 */
export async function openBundle(
  input: string | readonly string[],
  options: OpenOptions = {},
): Promise<OpenedBundle> {
  const limits = options.limits ?? DEFAULT_LIMITS;
  const tempDir = new TempDir();
  try {
    const ingested = await ingestInputs(
      typeof input === 'string' ? [input] : input,
      limits,
      tempDir,
      options,
    );
    const { bundles, captures } = ingested;
    if (bundles.length === 0 && captures.length === 0) throw nothingUsable(ingested);
    const { nodes, problems } = await buildNodes(bundles, limits, options);
    return {
      bundles,
      captures,
      nodes,
      problems: [...ingested.problems, ...problems],
      close: () => tempDir.remove(),
    };
  } catch (error) {
    await tempDir.remove();
    throw error;
  }
}
