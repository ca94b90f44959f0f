/** What `validate` says: what a bundle holds, what is empty, cut or not there, and what that leaves open. */
import type { LogFileSummary } from '../../model/logs.js';
import type { CollectionState } from '../../model/location.js';
import type { NodeFacts } from '../../model/node.js';
import type { Bundle, Problem } from '../../model/source.js';
import { missingArtifacts } from '../../node/coverage.js';
import { FACT_ARTIFACTS, LOG_ARTIFACTS } from '../../node/coverage-table.js';
import { filesMatching } from '../../node/files.js';

/** Journals are printed oldest first: where the end is cut, the last record is this much older than the collection. */
const QUIET_SECONDS = 15 * 60;

export interface ValidatedArtifact {
  readonly what: string;
  readonly file: string;
  readonly state: CollectionState;
  /** A bundle of this kind and node should have it, and have something in it. */
  readonly expected: boolean;
  readonly note: string | null;
  /** Which question stays open; null where nothing does. */
  readonly leaves_undecided: string | null;
}

export interface ValidatedLog {
  readonly source: string;
  readonly files: number;
  readonly lines: number;
  readonly bytes: number;
  readonly first: string | null;
  readonly last: string | null;
  /** Seconds from the last record to the collection. */
  readonly quiet_seconds: number | null;
  readonly notes: readonly string[];
}

export interface ValidatedNode {
  readonly node: string;
  readonly input: string;
  readonly kind: string;
  readonly collector_version: string | null;
  readonly collected_at: string | null;
  readonly identity: Readonly<Record<string, string | null>>;
  /** Nothing that matters is missing, empty, cut or unreadable. */
  readonly complete: boolean;
  readonly files: number;
  readonly bytes: number;
  readonly artifacts: readonly ValidatedArtifact[];
  readonly logs: readonly ValidatedLog[];
  /** From the first to the last record of all logs. */
  readonly time_span: { readonly first: string | null; readonly last: string | null };
  readonly folders: readonly { folder: string; files: number; bytes: number; empty: number }[];
  /** Cut by a limit or a broken archive. */
  readonly truncated_files: readonly string[];
  /** Questions that stay open, each once. */
  readonly open_questions: readonly string[];
}

export interface ValidateReport {
  readonly complete: boolean;
  readonly nodes: readonly ValidatedNode[];
  readonly captures: number;
  readonly problems: readonly Problem[];
}

export interface ValidateInput {
  readonly bundle: Bundle;
  readonly facts: NodeFacts;
}

export function validateReport(
  inputs: readonly ValidateInput[],
  logs: readonly LogFileSummary[],
  captures: number,
  problems: readonly Problem[],
): ValidateReport {
  const nodes = inputs.map(({ bundle, facts }) =>
    validatedNode(
      bundle,
      facts,
      logs.filter((l) => l.node === bundle.id),
    ),
  );
  const complete = nodes.every((n) => n.complete) && problems.every((p) => p.note === true);
  return { complete, nodes, captures, problems };
}

function validatedNode(bundle: Bundle, facts: NodeFacts, logs: readonly LogFileSummary[]): ValidatedNode {
  const artifacts = artifactsOf(bundle, facts);
  const { identity } = facts;
  const files = [...bundle.files.values()];
  const times = logs.flatMap((l) => [l.first, l.last]).filter((t) => t !== null);
  return {
    node: bundle.id,
    input: bundle.input,
    kind: bundle.kind,
    collector_version: bundle.collectorVersion,
    collected_at: iso(bundle.collectedAt),
    identity: {
      instance_id: identity.instanceId,
      instance_type: identity.instanceType,
      hostname: identity.hostname,
      region: identity.region,
      zone: identity.zone,
      primary_ip: identity.primaryIp,
      vpc_id: identity.vpcId,
      os: identity.os,
      kernel: identity.kernel,
      kubernetes_version: identity.kubernetesVersion,
      cni_version: identity.cniVersion,
      cluster: identity.clusterName,
    },
    complete: artifacts.every((a) => a.leaves_undecided === null),
    files: files.length,
    bytes: files.reduce((n, f) => n + f.size, 0),
    artifacts,
    logs: logsOf(logs, facts.collectedAt),
    time_span: {
      first: iso(times.length === 0 ? null : times.reduce((a, b) => Math.min(a, b))),
      last: iso(times.length === 0 ? null : times.reduce((a, b) => Math.max(a, b))),
    },
    folders: foldersOf(bundle),
    truncated_files: files.filter((f) => f.truncated).map((f) => f.path),
    open_questions: [...new Set(artifacts.flatMap((a) => a.leaves_undecided ?? []))],
  };
}

function artifactsOf(bundle: Bundle, facts: NodeFacts): ValidatedArtifact[] {
  const missing = new Map(missingArtifacts(facts, bundle).map((m) => [m.what, m]));
  const read = FACT_ARTIFACTS.flatMap(({ key, what }): ValidatedArtifact[] => {
    const collected = facts[key];
    if (collected === undefined) return [];
    const { file, state, note = null } = collected;
    const lacking = missing.get(what);
    return [
      {
        what,
        file,
        state,
        expected: state === 'ok' || lacking !== undefined,
        note,
        leaves_undecided: lacking?.leavesUndecided ?? null,
      },
    ];
  });
  const logs = LOG_ARTIFACTS.map(({ pattern, path, what }): ValidatedArtifact => {
    const lacking = missing.get(what);
    const files = filesMatching(bundle, pattern);
    const state =
      lacking?.state ?? (files.some((f) => f.size > 0) ? 'ok' : files.length > 0 ? 'empty' : 'missing');
    return {
      what,
      file: lacking?.file ?? files[0]?.path ?? path,
      state,
      expected: state === 'ok' || lacking !== undefined,
      note: files.length > 1 ? `${files.length} files` : null,
      leaves_undecided: lacking?.leavesUndecided ?? null,
    };
  });
  return [...read, ...logs];
}

function logsOf(all: readonly LogFileSummary[], collectedAt: number | null): ValidatedLog[] {
  const bySource = new Map<string, LogFileSummary[]>();
  for (const log of all) bySource.set(log.source, [...(bySource.get(log.source) ?? []), log]);
  return [...bySource].map(([source, logs]) => {
    const firsts = logs.flatMap((l) => l.first ?? []);
    const lasts = logs.flatMap((l) => l.last ?? []);
    const last = lasts.length === 0 ? null : Math.max(...lasts);
    const quiet = last === null || collectedAt === null ? null : Math.round((collectedAt - last) / 1000);
    const notes = [...new Set(logs.flatMap((l) => l.notes ?? []))];
    if (logs.some((l) => l.truncated)) notes.push('its end is cut off');
    const long = logs.reduce((n, l) => n + l.longLines, 0);
    if (long > 0) notes.push(`${long} lines were cut because of their length`);
    // The kubelet never is quiet for long; the collector gives its journal 75 s and keeps what came by then.
    if (source === 'kubelet' && quiet !== null && quiet > QUIET_SECONDS) {
      notes.push(
        'the last record is much older than the collection: the kubelet stopped, or the newest records were cut',
      );
    }
    return {
      source,
      files: logs.length,
      lines: logs.reduce((n, l) => n + l.lines, 0),
      bytes: logs.reduce((n, l) => n + l.bytes, 0),
      first: iso(firsts.length === 0 ? null : Math.min(...firsts)),
      last: iso(last),
      quiet_seconds: quiet,
      notes,
    };
  });
}

function foldersOf(bundle: Bundle): ValidatedNode['folders'] {
  const folders = new Map<string, { folder: string; files: number; bytes: number; empty: number }>();
  for (const file of bundle.files.values()) {
    const slash = file.name.indexOf('/');
    const folder = slash < 0 ? '.' : file.name.slice(0, slash);
    const entry = folders.get(folder) ?? { folder, files: 0, bytes: 0, empty: 0 };
    entry.files += 1;
    entry.bytes += file.size;
    if (file.size === 0) entry.empty += 1;
    folders.set(folder, entry);
  }
  return [...folders.values()].sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

const iso = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString());
