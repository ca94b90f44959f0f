import { readLines } from '../ingest/index.js';
import type { Limits } from '../limits.js';
import type { AnalysisDocument, DocEvidence, DocLine } from '../model/document.js';
import type { Bundle, SourceFile } from '../model/source.js';

/** Lines before and after a cited line. */
const AROUND = 3;
/** Entries of evidence that get their surroundings: the first ones belong to the weightiest findings. */
const MAX_ENTRIES = 150;
const MAX_TEXT = 300;
/** Lines beyond this one are not looked up: a reader would wait for it. */
const MAX_LINE = 2_000_000;

interface Place {
  readonly file: SourceFile;
  readonly wanted: DocEvidence[];
}

/** Adds the lines around each cited line of a bundle. Reads every cited file once, up to its last cited line. */
export async function withContext(
  document: AnalysisDocument,
  bundles: readonly Bundle[],
  limits: Pick<Limits, 'maxLineLength'>,
): Promise<AnalysisDocument> {
  const found = new Map<string, DocLine[]>();
  for (const { file, wanted } of placesOf(document.evidence, bundles)) {
    for (const [id, lines] of await linesAround(file, wanted, limits)) found.set(id, lines);
  }
  const evidence = document.evidence.map((e) => {
    const context = found.get(e.id);
    return context === undefined ? e : { ...e, context };
  });
  return { ...document, evidence };
}

function placesOf(evidence: readonly DocEvidence[], bundles: readonly Bundle[]): Place[] {
  const places = new Map<SourceFile, Place>();
  for (const e of evidence.filter((x) => x.line !== null && x.line <= MAX_LINE).slice(0, MAX_ENTRIES)) {
    const file = fileOf(e, bundles);
    if (file === null) continue;
    const place = places.get(file) ?? { file, wanted: [] };
    place.wanted.push(e);
    places.set(file, place);
  }
  return [...places.values()];
}

function fileOf(e: DocEvidence, bundles: readonly Bundle[]): SourceFile | null {
  const own = bundles.filter((b) => b.id === e.node);
  for (const b of own.length > 0 ? own : bundles)
    for (const f of b.files.values()) if (f.path === e.file || f.name === e.file) return f;
  return null;
}

async function linesAround(
  file: SourceFile,
  wanted: readonly DocEvidence[],
  limits: Pick<Limits, 'maxLineLength'>,
): Promise<Map<string, DocLine[]>> {
  const out = new Map(wanted.map((e) => [e.id, [] as DocLine[]]));
  const last = Math.max(...wanted.map((e) => e.line!)) + AROUND;
  const near = new Map<number, DocLine[][]>();
  for (const e of wanted)
    for (let n = e.line! - AROUND; n <= e.line! + AROUND; n++)
      near.set(n, [...(near.get(n) ?? []), out.get(e.id)!]);
  try {
    for await (const line of readLines(file, limits)) {
      if (line.number > last) break;
      for (const lines of near.get(line.number) ?? [])
        lines.push({ line: line.number, text: cut(line.line) });
    }
  } catch {
    // The line itself stands in `content` already; without its surroundings it is still evidence.
    return new Map();
  }
  return out;
}

function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1)}…`;
}
