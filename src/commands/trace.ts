import type { Command } from 'commander';
import type { Point } from '../model/trace.js';
import { NetcheckError } from '../errors.js';
import { renderLadder } from '../report/text-ladder.js';
import { createPool } from '../pool/pool.js';
import { FORMATS } from '../report/formats.js';
import {
  addOutputOptions,
  addRedactOptions,
  parseCount,
  type OutputOptions,
  type RedactOptionValues,
} from './options.js';
import { addQuestionOptions, parsePoint, questionOf, type QuestionOptions } from './question-options.js';
import { writeDocument } from './output.js';
import { progressDisplay } from './progress.js';

const EXAMPLES = `
Examples:
  eks-netcheck trace src-veth.pcap src-eth0.pcap dst-eth0.pcap dst-veth.pcap
  eks-netcheck trace caps/ --src 10.0.1.9 --dst 10.0.2.7:5432
  eks-netcheck trace caps/ --flow 1
`;

interface TraceOptions extends OutputOptions, QuestionOptions, RedactOptionValues {
  point?: Map<string, Point>;
  jobs?: number;
  flow?: number;
}

function noSuchFlow(wanted: number, listed: number): NetcheckError {
  return new NetcheckError('E_USAGE', `There is no flow ${wanted}: ${listed} are listed.`, {
    hint: 'Run it without --flow first; the table of flows is numbered.',
  });
}

/** The packet trace alone: the same document as `analyze` gives, from captures only. */
export function addTrace(program: Command, exit: (code: number) => void): void {
  const command = program
    .command('trace')
    .description('align captures of up to four points and say where packets die')
    .argument('<capture...>', 'captures or folders of captures');
  addQuestionOptions(addRedactOptions(addOutputOptions(command, FORMATS)))
    .option(
      '--point <role=file>',
      'where a capture was taken: src-veth, src-eth0, dst-eth0 or dst-veth',
      parsePoint,
    )
    .option(
      '--flow <n>',
      'show one flow packet by packet across the points (its number in the table of flows)',
      parseCount,
    )
    .option('--jobs <n>', 'worker threads (number of cores)', parseCount)
    .addHelpText('after', EXAMPLES)
    .action(async (inputs: string[], o: TraceOptions) => {
      const progress = progressDisplay(o.quiet === true);
      // Threads start while this one loads the rest: reading the captures takes most of the time.
      const pool = createPool(o.jobs, { threads: inputs.length, task: 'capture' });
      try {
        const { trace } = await import('../run.js');
        const document = await trace(inputs, {
          pool,
          question: questionOf(o),
          ...(o.point ? { points: o.point } : {}),
          ...(o.flow === undefined ? {} : { ladderFlow: o.flow - 1 }),
          ...(progress.show ? { onProgress: progress.show } : {}),
        });
        progress.clear();
        if (o.flow !== undefined && document.flows[o.flow - 1] === undefined)
          throw noSuchFlow(o.flow, document.flows.length);
        await writeDocument(
          document,
          o,
          o.flow !== undefined && o.format === 'text' ? renderLadder : undefined,
        );
        if (document.coverage.captures.length === 0) exit(2);
      } finally {
        progress.clear();
        await pool.close();
      }
    });
}
