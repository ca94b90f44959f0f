import type { AnalysisDocument, DocEvidence, DocFinding } from '../model/document.js';
import type { Severity } from '../model/rule.js';
import { packageVersion } from '../version.js';
import { fingerprints } from './fingerprints.js';
import { escaped } from './json.js';

const LEVEL: Record<Severity, 'error' | 'warning' | 'note'> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
};

type Json = Record<string, unknown>;

/**
 * SARIF 2.1.0: one result per finding. The first piece of evidence that names a file is its location, the others are
 * related locations. Paths are those inside the bundle or as the capture was given; the node is the logical location.
 */
export function renderSarif(d: AnalysisDocument): string {
  const rules = rulesOf(d);
  const index = new Map(rules.map((r, i) => [r.id, i]));
  const prints = fingerprints(d);
  const sarif = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'eks-netcheck',
            semanticVersion: packageVersion(),
            rules: rules.map((r) => ({
              id: r.id,
              shortDescription: { text: r.title },
              defaultConfiguration: { level: LEVEL[r.severity] },
              properties: { category: r.category, severity: r.severity },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        invocations: [invocation(d)],
        results: d.findings.map((f, i) => result(d, f, index.get(f.rule)!, prints[i]!)),
        properties: {
          root_cause: d.root_cause,
          confidence: d.diagnosis.confidence,
          drop_point: d.packet_trace.drop_point,
        },
      },
    ],
  };
  return `${escaped(JSON.stringify(sarif, null, 2))}\n`;
}

function rulesOf(
  d: AnalysisDocument,
): Pick<DocFinding & { id: string }, 'id' | 'title' | 'severity' | 'category'>[] {
  const known = d.rules ?? [];
  const others = new Map(
    d.findings.filter((f) => !known.some((r) => r.id === f.rule)).map((f) => [f.rule, f]),
  );
  return [
    ...known,
    ...[...others].map(([id, { title, severity, category }]) => ({ id, title, severity, category })),
  ];
}

function result(d: AnalysisDocument, f: DocFinding, ruleIndex: number, fingerprint: string): Json {
  const evidence = f.evidence.map((id) => d.evidence.find((e) => e.id === id)).filter((e) => e !== undefined);
  const [first, ...others] = evidence.filter((e) => e.file !== null && e.file !== '');
  return {
    ruleId: f.rule,
    ruleIndex,
    kind: 'fail',
    level: LEVEL[f.severity],
    message: { text: `${f.title}. ${f.diagnosis}` },
    ...(first === undefined && f.node === null ? {} : { locations: [location(first, f.node)] }),
    ...(others.length === 0
      ? {}
      : {
          relatedLocations: others.map((e, i) => ({
            id: i + 1,
            ...location(e, e.node),
            message: { text: e.content },
          })),
        }),
    partialFingerprints: { 'finding/v1': fingerprint },
    properties: {
      id: f.id,
      severity: f.severity,
      confidence: f.confidence,
      category: f.category,
      resolution: f.resolution,
      safety: f.safety,
      against: f.against,
    },
  };
}

function location(e: DocEvidence | undefined, node: string | null): Json {
  return {
    ...(e?.file === undefined || e.file === null ? {} : { physicalLocation: physical(e, e.file) }),
    ...(node === null ? {} : { logicalLocations: [{ name: node, kind: 'node' }] }),
  };
}

function physical(e: DocEvidence, file: string): Json {
  const lines = e.context ?? [];
  const first = lines[0];
  const last = lines.at(-1);
  return {
    artifactLocation: {
      uri: file
        .split('/')
        .map((s) => encodeURIComponent(wellFormed(s)))
        .join('/'),
    },
    ...(e.line === null ? {} : { region: { startLine: e.line, snippet: { text: e.content } } }),
    ...(e.line === null || first === undefined || last === undefined || first.line >= last.line
      ? {}
      : {
          contextRegion: {
            startLine: first.line,
            endLine: last.line,
            snippet: { text: lines.map((l) => l.text).join('\n') },
          },
        }),
  };
}

function invocation(d: AnalysisDocument): Json {
  return {
    executionSuccessful: true,
    toolExecutionNotifications: d.coverage.problems.map((p) => ({
      level: p.note ? 'note' : 'warning',
      message: { text: `${p.subject}: ${p.message}` },
      descriptor: { id: p.code },
    })),
    toolConfigurationNotifications: d.coverage.skipped_rules.map((s) => ({
      level: 'note',
      message: { text: `not decided: ${s.reason}` },
      associatedRule: { id: s.rule },
    })),
  };
}

/** Unpaired surrogates cannot be encoded. */
function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}
