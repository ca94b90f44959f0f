import { readLineBatches } from '../ingest/index.js';
import type { Limits } from '../limits.js';
import type { DocLine } from '../model/document.js';
import type { EvidenceItem, Finding, RuleResults } from '../model/rule.js';
import type { Bundle, SourceFile } from '../model/source.js';

/** Lines before and after a cited line. */
const AROUND = 3;
/** Cited lines that get their surroundings: the first ones belong to the weightiest findings. */
const MAX_SURROUNDED = 150;
/** Characters of a line of the surroundings, and of a quotation. */
const MAX_TEXT = 300;
const MAX_QUOTE = 500;
/** Lines beyond this one are not looked up: a reader would wait for it. */
const MAX_LINE = 2_000_000;

/** Lines to remember of one file, and then their text. */
type Lines = Map<number, string | null>;

/**
 * Puts the cited line itself and the lines around it into every piece of evidence that names one. Facts quote what
 * they understood of a line (an address, a policy); a reader wants to see the line, and to find it at the place that is
 * cited. Records of logs hold their line already. Reads every cited file once, up to its last cited line.
 */
export async function citeEvidence(
  results: RuleResults,
  bundles: readonly Bundle[],
  limits: Pick<Limits, 'maxLineLength'>,
): Promise<RuleResults> {
  const fileOf = fileFinder(bundles);
  const surrounded = new Set<string>();
  const wanted = new Map<SourceFile, Lines>();
  for (const e of results.findings.flatMap((f) => f.evidence)) {
    const file = fileOf(e);
    if (file === null || e.line === null || e.line > MAX_LINE) continue;
    const lines = wanted.get(file) ?? new Map<number, string | null>();
    wanted.set(file, lines);
    lines.set(e.line, null);
    if (!surrounded.has(placeOf(e)) && surrounded.size >= MAX_SURROUNDED) continue;
    surrounded.add(placeOf(e));
    for (let n = Math.max(1, e.line - AROUND); n <= e.line + AROUND; n++) lines.set(n, null);
  }
  for (const [file, lines] of wanted) await readWanted(file, lines, limits);

  const cited = (e: EvidenceItem): EvidenceItem => {
    const file = fileOf(e);
    const lines = file === null ? undefined : wanted.get(file);
    const line = lines?.get(e.line ?? 0) ?? null;
    if (lines === undefined || e.line === null || line === null) return e;
    const content = e.type === 'search' ? e.content : excerpt(line, e.content);
    return surrounded.has(placeOf(e)) ? { ...e, content, context: around(lines, e.line) } : { ...e, content };
  };
  const findings = results.findings.map((f): Finding => ({ ...f, evidence: f.evidence.map(cited) }));
  return { ...results, findings };
}

function placeOf(e: EvidenceItem): string {
  return JSON.stringify([e.node, e.file, e.line]);
}

/** The file that evidence names by its path or its name in the bundle. */
function fileFinder(bundles: readonly Bundle[]): (e: EvidenceItem) => SourceFile | null {
  const known = new Map<string, SourceFile>();
  for (const bundle of bundles)
    for (const file of bundle.files.values())
      for (const name of [file.path, file.name])
        for (const node of [bundle.id, '']) {
          const key = `${node}\n${name}`;
          if (!known.has(key)) known.set(key, file);
        }
  const ids = new Set(bundles.map((b) => b.id));
  return ({ node, file }) => {
    if (file === null) return null;
    return known.get(`${node !== null && ids.has(node) ? node : ''}\n${file}`) ?? null;
  };
}

async function readWanted(
  file: SourceFile,
  lines: Lines,
  limits: Pick<Limits, 'maxLineLength'>,
): Promise<void> {
  const last = Math.max(...lines.keys());
  try {
    for await (const batch of readLineBatches(file, limits))
      for (const { number, line } of batch) {
        if (lines.has(number)) lines.set(number, line);
        if (number >= last) return;
      }
  } catch {
    // The file was read before; should it be gone now, what the fact quoted stands.
  }
}

function around(lines: Lines, at: number): DocLine[] {
  const out: DocLine[] = [];
  for (let n = at - AROUND; n <= at + AROUND; n++) {
    const text = lines.get(n) ?? null;
    if (text !== null)
      out.push({ line: n, text: text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1)}…` });
  }
  return out;
}

/** The line, or of a long one (JSON) the part from the object in which the fact saw what it quotes. */
function excerpt(line: string, seen: string): string {
  const trimmed = line.trim();
  if (trimmed.length <= MAX_QUOTE) return trimmed;
  const found = Math.max(0, trimmed.indexOf(seen.slice(0, 40)));
  const open = trimmed.lastIndexOf('{', found);
  const at = open >= 0 && found - open < MAX_QUOTE / 2 ? open : found;
  return `${trimmed.slice(at, at + MAX_QUOTE)}…`;
}
