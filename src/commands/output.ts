import { writeFileSync } from 'node:fs';
import { NetcheckError } from '../errors.js';
import type { Format } from '../report/formats.js';
import type { AnalysisDocument } from '../model/document.js';
import type { OutputOptions } from './options.js';

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
  try {
    writeFileSync(o.output, text);
  } catch (cause) {
    throw new NetcheckError('E_OUTPUT', `The report could not be written to ${o.output}: ${(cause as Error).message}`, { cause });
  }
}

export async function writeDocument(document: AnalysisDocument, o: OutputOptions): Promise<void> {
  const { render } = await import('../report/index.js');
  const text = render(document, o.format as Format, { color: useColor(o), width: width() });
  await writeOut(text, o);
}
