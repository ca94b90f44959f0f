/** Checks that every piece of evidence can be opened: the named file's line holds the quoted content. */
import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import type { AnalysisDocument } from '../../src/model/document.js';

/** Path inside the bundle, without a leading `./` → text. */
type BundleFiles = ReadonlyMap<string, string>;

async function readBundle(path: string): Promise<BundleFiles> {
  const files = new Map<string, string>();
  const tar = extract();
  createReadStream(path).pipe(createGunzip()).pipe(tar);
  for await (const entry of tar) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    files.set(entry.header.name.replace(/^\.\//, ''), Buffer.concat(chunks).toString('utf8'));
  }
  return files;
}

/** Evidence that cannot be opened, in words. Evidence without a line (captures) is left out. */
export async function unopenableEvidence(document: AnalysisDocument, caseFolder: string): Promise<string[]> {
  const folder = join(caseFolder, 'bundles');
  const bundles = await Promise.all(readdirSync(folder).map((name) => readBundle(join(folder, name))));
  return document.evidence
    .filter((e) => e.file !== null && e.line !== null)
    .filter((e) => !bundles.some((files) => holds(files, e.file!, e.line!, e.content)))
    .map((e) => `${e.id}: ${e.file!}:${e.line!} is not ${JSON.stringify(e.content)}`);
}

/** A long line (JSON) is quoted from the object in question on, with `…` at its end. */
function holds(files: BundleFiles, file: string, line: number, content: string): boolean {
  const text = files.get(file.replace(/^\.\//, ''))?.split('\n')[line - 1];
  if (text === undefined) return false;
  const quoted = content.trim();
  if (!quoted.endsWith('…')) return text.trim() === quoted;
  // A part must be long enough to stand at one place only: an empty quotation is in every line.
  const part = quoted.slice(0, -1).trim();
  return part.length >= 40 && text.includes(part);
}
