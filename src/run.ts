import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { align, NO_TOPOLOGY, unpack, type PackedCapture, type PreparedCapture } from './align/index.js';
import { topologyOfNodes } from './align/topology-of-nodes.js';
import { corroborate } from './diagnose/corroborate.js';
import { buildDocument, citeEvidence } from './diagnose/index.js';
import { NetcheckError, problem } from './errors.js';
import { FACT_LOG_QUERIES, factProvider, FACTS } from './facts/index.js';
import type { FactContext, Question } from './facts/types.js';
import type { StoredIndex } from './index-store/codec.js';
import { printable, TempDir } from './ingest/index.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import { scanLogs } from './logs/scan.js';
import { bytesOf } from './logs/seam.js';
import type { LogFileScan } from './logs/types.js';
import type { CaptureTable } from './model/capture.js';
import type { AnalysisDocument } from './model/document.js';
import type { LogScan } from './model/logs.js';
import type { NodeFacts } from './model/node.js';
import type { Rule } from './model/rule.js';
import type { Bundle, CaptureFile, Ingested, Problem } from './model/source.js';
import type { Point, Trace } from './model/trace.js';
import { missingArtifacts } from './node/coverage.js';
import { PACKAGE_ROOT } from './package-root.js';
import { buildNodes, ingestInputs, nothingUsable, type PhaseOptions } from './phases.js';
import { createPool, type Pool } from './pool/pool.js';
import { evaluateRules } from './rules/evaluate.js';
import { availability } from './rules/needs.js';
import { loadRules } from './rules/load.js';
import { logQueries } from './rules/queries.js';
import { expectedEgressInterface } from './simulate/index.js';

export interface RunOptions extends PhaseOptions {
  readonly limits?: Limits;
  readonly question?: Question;
  /** Base name or path of a capture → the point it was taken at. */
  readonly points?: ReadonlyMap<string, Point>;
  /** Folders of rules besides the built-in ones. */
  readonly ruleDirs?: readonly string[];
  readonly jobs?: number;
  /** Threads that were started before; the run ends them. */
  readonly pool?: Pool;
  /** What `ingest` made of these inputs, when they were read before. */
  readonly ingested?: Ingested;
  /** What is kept of these inputs: asked for once they were read, so that none can have changed in between. */
  readonly indexes?: () => Promise<readonly StoredIndex[]>;
  /** Flow to show packet by packet: an index into the document's flows. */
  readonly ladderFlow?: number;
}

export const NO_QUESTION: Question = { src: null, dst: null, protocol: null, since: null, until: null };

export const BUILTIN_RULES = join(PACKAGE_ROOT, 'rules');

/** Patterns of log lines in the document: a reader scrolls through them, and the page searches them. */
const MAX_LOG_PATTERNS = 200;

/** The rules of a run: the built-in ones, then those of `dirs` in their order. Throws NetcheckError E_RULE_INVALID. */
export async function builtinAndOwnRules(dirs: readonly string[] = []): Promise<Rule[]> {
  return loadRules(
    [{ dir: BUILTIN_RULES, builtin: true }, ...dirs.map((dir) => ({ dir, builtin: false }))],
    FACTS,
  );
}

/** The main job: everything known from bundles and captures, joined into one document. */
export async function analyze(
  inputs: readonly string[],
  options: RunOptions = {},
): Promise<AnalysisDocument> {
  const limits = options.limits ?? DEFAULT_LIMITS;
  const tempDir = new TempDir();
  const pool = options.pool ?? createPool(options.jobs);
  try {
    // Archives are inflated in threads of their own, and captures read by workers, while this one reads the rules.
    const loading = builtinAndOwnRules(options.ruleDirs);
    // Their errors are told where the rules are needed; nobody may be waiting for them yet.
    loading.catch(() => undefined);
    const ingested = options.ingested ?? (await ingestInputs(inputs, limits, tempDir, options));
    if (ingested.bundles.length === 0 && ingested.captures.length === 0) throw nothingUsable(ingested);
    const [captures, { rules, nodes, nodeProblems, logs }] = await Promise.all([
      readCaptures(ingested.captures, pool, options),
      readBundles(ingested.bundles, loading, limits, pool, options),
    ]);
    // What follows needs no workers, and all the memory they hold.
    await pool.close();
    const tables = captures.map((c) => c.table);
    const trace = traceOf(captures, ingested.captures, nodes, options);
    return await diagnoseRun({
      ingested,
      nodes,
      nodeProblems,
      tables,
      logs,
      trace,
      rules,
      limits,
      options,
    });
  } finally {
    await pool.close();
    await tempDir.remove();
  }
}

/** The packet trace alone: the same document, from captures. A bundle among them is used as `analyze` does. */
export async function trace(
  captures: readonly string[],
  options: Omit<RunOptions, 'ruleDirs'> = {},
): Promise<AnalysisDocument> {
  return analyze(captures, options);
}

async function readCaptures(
  captures: readonly CaptureFile[],
  pool: Pool,
  options: RunOptions,
): Promise<PreparedCapture[]> {
  let done = 0;
  return Promise.all(
    captures.map(async (file) => {
      const capture = await pool.run<PackedCapture>('capture', { file }, options.signal);
      options.onProgress?.({
        stage: 'captures',
        subject: file.path,
        done: ++done,
        total: captures.length,
        unit: 'files',
      });
      return unpack(capture);
    }),
  );
}

async function readBundles(
  bundles: readonly Bundle[],
  loading: Promise<readonly Rule[]>,
  limits: Limits,
  pool: Pool,
  options: RunOptions,
): Promise<Pick<RunValues, 'rules' | 'nodes' | 'nodeProblems' | 'logs'>> {
  const rules = await loading;
  // Workers read the logs while this thread builds the nodes.
  const building = buildNodes(bundles, limits, options);
  const [{ nodes, problems: nodeProblems }, logs] = await Promise.all([
    building,
    scanAll(bundles, building, rules, limits, pool, options),
  ]);
  return { rules, nodes, nodeProblems, logs };
}

async function scanAll(
  bundles: readonly Bundle[],
  building: Promise<{ readonly nodes: readonly NodeFacts[] }>,
  rules: readonly Rule[],
  limits: Limits,
  pool: Pool,
  options: RunOptions,
): Promise<LogScan> {
  const total = bundles.reduce(
    (n, bundle) => n + [...bundle.files.values()].reduce((k, f) => k + f.size, 0),
    0,
  );
  const indexes = (await options.indexes?.()) ?? [];
  // Loaded where there is one: most runs have none.
  const known = indexes.length === 0 ? null : (await import('./index-store/kept.js')).knownBy(indexes);
  let done = 0;
  return scanLogs(
    bundles,
    [...logQueries(rules), ...FACT_LOG_QUERIES],
    async (task) => {
      const scan = await pool.run<LogFileScan>('logs', task, options.signal);
      // A log that cannot be joined of its halves is read again.
      done = Math.min(total, done + bytesOf(task));
      options.onProgress?.({ stage: 'logs', subject: task.file.name, done, total, unit: 'bytes' });
      return scan;
    },
    {
      limits,
      // Asked for only when needed, so that a failure of the nodes is always somebody's to handle.
      podIps: async () => new Map((await building).nodes.map((n) => [n.id, n.pods.map((p) => p.ip)])),
      since: options.question?.since ?? null,
      until: options.question?.until ?? null,
      maxPatterns: MAX_LOG_PATTERNS,
      ...(known === null ? {} : { knownBlocks: known }),
    },
  );
}

function givenPoints(
  captures: readonly CaptureFile[],
  points: ReadonlyMap<string, Point>,
): Map<string, Point> {
  const out = new Map<string, Point>();
  for (const [file, point] of points) {
    const named = captures.filter((c) => isNamed(c, file));
    if (named.length === 0)
      throw new NetcheckError('E_USAGE', `No capture is called ${printable(file)}.`, {
        hint: `The captures are: ${captures.map((c) => c.path).join(', ')}.`,
      });
    for (const c of named) out.set(c.path, point);
  }
  return out;
}

/** By path on this machine, or by the name or the end of the path that reports print. */
function isNamed(c: CaptureFile, file: string): boolean {
  if (c.path === file || c.path.endsWith(`/${file}`) || file.endsWith(`/${c.path}`)) return true;
  return existsSync(file) && realpathSync(file) === realpathSync(c.spool);
}

function traceOf(
  captures: readonly PreparedCapture[],
  files: readonly CaptureFile[],
  nodes: readonly NodeFacts[],
  options: RunOptions,
): Trace | null {
  if (captures.length === 0) return null;
  options.onProgress?.({ stage: 'align', subject: '', done: 0, total: null, unit: 'files' });
  return align({
    captures,
    topology: nodes.length === 0 ? NO_TOPOLOGY : topologyOfNodes(nodes, expectedEgressInterface),
    question: options.question ?? NO_QUESTION,
    given: givenPoints(files, options.points ?? new Map()),
  });
}

interface RunValues {
  readonly ingested: Ingested;
  readonly nodes: readonly NodeFacts[];
  readonly nodeProblems: readonly Problem[];
  readonly tables: readonly CaptureTable[];
  readonly logs: LogScan;
  readonly trace: Trace | null;
  readonly rules: readonly Rule[];
  readonly limits: Limits;
  readonly options: RunOptions;
}

async function diagnoseRun(v: RunValues): Promise<AnalysisDocument> {
  v.options.onProgress?.({ stage: 'rules', subject: '', done: 0, total: null, unit: 'files' });
  const context: FactContext = {
    nodes: v.nodes,
    logs: v.logs,
    trace: v.trace,
    captures: v.tables,
    question: v.options.question ?? NO_QUESTION,
  };
  const evaluated = evaluateRules(v.rules, {
    nodes: v.nodes.map((n) => ({ id: n.id, collectedAt: n.collectedAt })),
    facts: factProvider(context),
    matches: v.logs.matches,
    available: availability({
      nodes: v.nodes,
      logFiles: v.logs.files,
      captures: v.tables.length,
      traced: v.trace !== null,
    }),
    logFiles: v.logs.files,
  });
  const results = await citeEvidence(evaluated, v.ingested.bundles, v.limits);
  return buildDocument({
    context,
    bundles: v.ingested.bundles,
    tables: v.tables,
    rules: v.rules,
    results,
    missing: v.ingested.bundles.flatMap((b) => {
      const facts = v.nodes.find((n) => n.id === b.id);
      if (facts === undefined) return [];
      return missingArtifacts(facts, b).map((m) => ({
        node: b.id,
        what: m.what,
        state: m.state,
        leaves_undecided: m.leavesUndecided,
      }));
    }),
    problems: [
      ...v.ingested.problems,
      ...v.nodeProblems,
      ...(v.logs.problems ?? []),
      ...captureProblems(v.tables),
      ...unplacedTaps(v.trace),
    ],
    corroboration: corroborate(v.nodes, v.trace),
    ladderFlow: v.options.ladderFlow ?? null,
  });
}

function captureProblems(tables: readonly CaptureTable[]): Problem[] {
  return tables.flatMap((t) => t.problems.map((p) => problem(p.code as never, t.file, p.message)));
}

function unplacedTaps(trace: Trace | null): Problem[] {
  return (trace?.taps ?? [])
    .filter((t) => t.kind === 'unknown')
    .map((t) =>
      problem(
        'E_POINT_UNKNOWN',
        t.id,
        `It could not be told at which interface this was captured: ${t.reason}.`,
      ),
    );
}
