import { createReadStream } from 'node:fs';
import type { Command } from 'commander';
import { NetcheckError } from '../errors.js';
import { printable } from '../ingest/index.js';
import { documentText, MAX_DOCUMENT_BYTES, readDocument } from '../report/read-document.js';
import { FORMATS } from '../report/formats.js';
import {
  addOutputOptions,
  addRedactOptions,
  type OutputOptions,
  type RedactOptionValues,
} from './options.js';
import { writeDocument } from './output.js';

const EXAMPLES = `
Examples:
  eks-netcheck analyze bundle.tgz caps/ --format json --output case.json
  eks-netcheck report case.json --format html --output case.html
  eks-netcheck report case.json --format markdown --redact
`;

/** Renders a document that `analyze --format json` has printed: the same bytes as `analyze` in that format. */
export function addReport(program: Command): void {
  const command = program
    .command('report')
    .description('print an analysis document in another format')
    .argument('<document>', 'JSON that analyze or trace has printed, or - for standard input');
  addRedactOptions(addOutputOptions(command, FORMATS))
    .addHelpText('after', EXAMPLES)
    .action(async (name: string, o: OutputOptions & RedactOptionValues) => {
      const document = readDocument(await textOf(name), name);
      await writeDocument(document, o);
    });
}

async function textOf(name: string): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    const input = name === '-' ? process.stdin : createReadStream(name);
    for await (const piece of input) {
      pieces.push(piece as Buffer);
      // One piece more than the bound is enough to be told.
      if ((length += (piece as Buffer).length) > MAX_DOCUMENT_BYTES) break;
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EISDIR')
      throw new NetcheckError('E_UNREADABLE', `${printable(name)} is a folder.`, {
        cause,
        hint: 'Give a document; bundles and folders of captures go to `eks-netcheck analyze`.',
      });
    throw new NetcheckError(
      code === 'ENOENT' ? 'E_NOT_FOUND' : 'E_UNREADABLE',
      `${printable(name)} could not be read.`,
      { cause },
    );
  }
  return documentText(Buffer.concat(pieces), name);
}
