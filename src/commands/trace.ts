import type { Command } from 'commander';
import type { Point } from '../model/trace.js';
import { analyze } from '../run.js';
import {
  addOutputOptions,
  addRedactOptions,
  addQuestionOptions,
  parseCount,
  parsePoint,
  questionOf,
  type OutputOptions,
  type RedactOptionValues,
  type QuestionOptions,
} from './options.js';
import { writeDocument } from './output.js';
import { progressDisplay } from './progress.js';

const EXAMPLES = `
Examples:
  eks-netcheck trace src-veth.pcap src-eth0.pcap dst-eth0.pcap dst-veth.pcap
  eks-netcheck trace caps/ --src 10.0.1.9 --dst 10.0.2.7:5432
`;

/** The packet trace alone: the same document as `analyze` gives, from captures only. */
export function addTrace(program: Command, exit: (code: number) => void): void {
  const command = program
    .command('trace')
    .description('align captures of up to four points and say where packets die')
    .argument('<capture...>', 'captures or folders of captures');
  addQuestionOptions(addRedactOptions(addOutputOptions(command)))
    .option(
      '--point <role=file>',
      'where a capture was taken: src-veth, src-eth0, dst-eth0 or dst-veth',
      parsePoint,
    )
    .option('--jobs <n>', 'worker threads (number of cores)', parseCount)
    .addHelpText('after', EXAMPLES)
    .action(
      async (
        inputs: string[],
        o: OutputOptions &
          RedactOptionValues &
          QuestionOptions & { point?: Map<string, Point>; jobs?: number },
      ) => {
        const progress = progressDisplay(o.quiet === true);
        try {
          const document = await analyze(inputs, {
            question: questionOf(o),
            ...(o.point ? { points: o.point } : {}),
            ...(o.jobs === undefined ? {} : { jobs: o.jobs }),
            ...(progress.show ? { onProgress: progress.show } : {}),
          });
          progress.clear();
          await writeDocument(document, o);
          if (document.coverage.captures.length === 0) exit(2);
        } finally {
          progress.clear();
        }
      },
    );
}
