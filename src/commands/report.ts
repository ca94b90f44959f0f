import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { NetcheckError } from '../errors.js';
import { printable } from '../ingest/index.js';
import { readDocument } from '../report/read-document.js';
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
  if (name !== '-') {
    try {
      return await readFile(name, 'utf8');
    } catch (cause) {
      const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
      throw new NetcheckError(
        missing ? 'E_NOT_FOUND' : 'E_UNREADABLE',
        `${printable(name)} could not be read.`,
        { cause },
      );
    }
  }
  const pieces: Buffer[] = [];
  for await (const piece of process.stdin) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
}
