import { writeFileSync } from 'node:fs';
import { NetcheckError } from '../errors.js';
import type { Format } from '../report/formats.js';
import type { TextOptions } from '../report/layout.js';
import type { AnalysisDocument } from '../model/document.js';
import type { OutputOptions, RedactOptionValues } from './options.js';
import { printable } from '../ingest/printable.js';

/** Terminal width for text; 80 where nobody watches. */
export function width(): number {
  return Math.max(40, Math.min(process.stdout.columns ?? 80, 160));
}

/** Colours are for people: on a terminal, unless NO_COLOR or FORCE_COLOR or the option say otherwise. */
export function useColor(o: OutputOptions): boolean {
  if (o.color !== 'auto') return o.color === 'always';
  if (o.output !== undefined) return false;
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0';
  return process.stdout.isTTY === true && process.env['TERM'] !== 'dumb';
}

export async function writeOut(text: string, o: OutputOptions): Promise<void> {
  if (o.output === undefined) {
    await new Promise<void>((resolve, reject) => {
      process.stdout.write(text, (e) => (e ? reject(e) : resolve()));
    });
    return;
  }
  writeFile(o.output, text);
}

/** Renders the document, in the wanted format or as `view` does, and writes it, redacted where that was asked for. */
export async function writeDocument(
  document: AnalysisDocument,
  o: OutputOptions & RedactOptionValues,
  view?: (document: AnalysisDocument, options: TextOptions) => string,
): Promise<void> {
  const shown = await redacted(document, o);
  const options = { color: useColor(o), width: width() };
  if (view !== undefined) return writeOut(view(shown, options), o);
  const { render } = await import('../report/index.js');
  await writeOut(render(shown, o.format as Format, options), o);
}

async function redacted(document: AnalysisDocument, o: RedactOptionValues): Promise<AnalysisDocument> {
  const { redactWords: words, redactPrivate, redactMap } = o;
  if (o.redact !== true && words === undefined && redactPrivate !== true && redactMap === undefined)
    return document;
  const { redactDocument } = await import('../redact/index.js');
  const result = redactDocument(document, {
    ...(words === undefined ? {} : { words }),
    privateAddresses: redactPrivate === true,
  });
  // It holds what the report must not: for its owner alone.
  if (redactMap !== undefined) writeFile(redactMap, `${JSON.stringify(result.map, null, 2)}\n`, 0o600);
  return result.document;
}

export function writeFile(file: string, text: string, mode?: number): void {
  try {
    writeFileSync(file, text, mode === undefined ? {} : { mode });
  } catch (cause) {
    throw new NetcheckError(
      'E_OUTPUT',
      `${printable(file)} could not be written: ${(cause as Error).message}`,
      { cause },
    );
  }
}
