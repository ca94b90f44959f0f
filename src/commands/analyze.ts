import { Option, type Command } from 'commander';
import { SEVERITIES, type Severity } from '../model/rule.js';
import type { StoredIndex } from '../index-store/codec.js';
import { printable } from '../ingest/index.js';
import type { Limits } from '../limits.js';
import type { AnalysisDocument } from '../model/document.js';
import type { Point } from '../model/trace.js';
import { analyze, type RunOptions } from '../run.js';
import { FORMATS } from '../report/formats.js';
import {
  addLimitOptions,
  addOutputOptions,
  addRedactOptions,
  limitsOf,
  parseCount,
  type LimitOptions,
  type OutputOptions,
  type RedactOptionValues,
} from './options.js';
import {
  addQuestionOptions,
  parsePoint,
  parseSeverity,
  questionOf,
  type QuestionOptions,
} from './question-options.js';
import { baselineText, keepFindings, readBaseline, withoutKnown } from './baseline.js';
import { writeDocument, writeFile } from './output.js';
import { progressDisplay } from './progress.js';

interface AnalyzeOptions extends OutputOptions, RedactOptionValues, QuestionOptions, LimitOptions {
  point?: Map<string, Point>;
  rules?: string[];
  minSeverity: Severity;
  failOn: Severity | 'never';
  failOnIncomplete?: boolean;
  baseline?: string;
  writeBaseline?: string;
  jobs?: number;
  index?: string;
  cache: boolean;
}

const EXAMPLES = `
Examples:
  eks-netcheck analyze eks_i-0a1b2c3d4e5f67890_2024-05-17_0931-UTC_0.7.8.tar.gz caps/
  eks-netcheck analyze node-a.tgz node-b.tgz --src 10.0.1.9 --dst 10.0.2.7:5432
  eks-netcheck analyze bundles/ caps/ --point dst-veth=empty.pcap --format json --output report.json
  cat bundle.tgz | eks-netcheck analyze - --fail-on high
`;

export function addAnalyze(program: Command, exit: (code: number) => void): void {
  const command = program
    .command('analyze')
    .description('find out what is wrong, where packets die, what proves it and what to do')
    .argument(
      '<input...>',
      'bundles (.tar.gz, .tar, .zip, folder), captures, folders of both, or - for one on standard input',
    );
  addQuestionOptions(addRedactOptions(addOutputOptions(command, FORMATS)));
  command
    .option(
      '--point <role=file>',
      'where a capture was taken: src-veth, src-eth0, dst-eth0 or dst-veth',
      parsePoint,
    )
    .option(
      '--rules <dir>',
      'more rules, or overrides of the built-in ones',
      (d: string, all: string[] = []) => [...all, d],
    )
    .addOption(
      new Option('--min-severity <severity>', 'leave out findings below')
        .choices([...SEVERITIES])
        .default('info'),
    )
    .option(
      '--fail-on <severity>',
      'exit with 1 when there is a finding of this severity or above',
      parseSeverity,
      'never',
    )
    .option(
      '--baseline <file>',
      'leave out the known findings that this file lists; --fail-on ignores them too',
    )
    .option('--write-baseline <file>', 'write the findings of this run there, as known')
    .option('--fail-on-incomplete', 'exit with 1 when something could not be read or decided')
    .option('--index <dir>', 'folder with indexes that search and timeline kept (a folder of the user cache)')
    .option('--no-cache', 'do not use a kept index')
    .option('--jobs <n>', 'worker threads (number of cores)', parseCount);
  addLimitOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (inputs: string[], o: AnalyzeOptions) => {
      const progress = progressDisplay(o.quiet === true);
      try {
        // Read first: a wrong file shall not cost a whole analysis.
        const known = o.baseline === undefined ? null : readBaseline(o.baseline);
        const whole = await analyze(inputs, runOptions(inputs, o, progress.show));
        progress.clear();
        if (o.writeBaseline !== undefined) writeFile(o.writeBaseline, baselineText(whole));
        const { document, leftOut } =
          known === null ? { document: whole, leftOut: 0 } : withoutKnown(whole, known);
        if (known !== null && o.quiet !== true)
          process.stderr.write(
            `${leftOut} known ${leftOut === 1 ? 'finding' : 'findings'} left out (${printable(o.baseline!)})\n`,
          );
        await writeDocument(filtered(document, o.minSeverity), o);
        exit(exitCode(document, o));
      } finally {
        progress.clear();
      }
    });
}

function runOptions(
  inputs: readonly string[],
  o: AnalyzeOptions,
  onProgress: RunOptions['onProgress'],
): RunOptions {
  const limits = limitsOf(o);
  return {
    limits,
    ...(o.cache ? { indexes: () => indexesOf(inputs, limits, o.index) } : {}),
    question: questionOf(o),
    ...(o.point ? { points: o.point } : {}),
    ...(o.rules ? { ruleDirs: o.rules } : {}),
    ...(o.jobs === undefined ? {} : { jobs: o.jobs }),
    ...(onProgress ? { onProgress } : {}),
  };
}

/** Loaded when the inputs were read. */
async function indexesOf(
  inputs: readonly string[],
  limits: Limits,
  folder: string | undefined,
): Promise<StoredIndex[]> {
  const { keptIndexes } = await import('../index-store/kept.js');
  return keptIndexes(inputs, limits, folder);
}

/** Findings below the wanted severity are left out of the report; the diagnosis was made with all of them. */
function filtered(document: AnalysisDocument, least: Severity): AnalysisDocument {
  if (least === 'info') return document;
  const rank = (s: Severity): number => SEVERITIES.indexOf(s);
  const findings = document.findings.filter((f) => rank(f.severity) <= rank(least));
  return keepFindings(document, findings);
}

function exitCode(document: AnalysisDocument, o: AnalyzeOptions): number {
  const { problems, missing } = document.coverage;
  if (o.failOnIncomplete === true && (problems.some((p) => !p.note) || missing.length > 0)) return 1;
  if (o.failOn === 'never') return 0;
  const worst = SEVERITIES.indexOf(o.failOn);
  return document.findings.some((f) => SEVERITIES.indexOf(f.severity) <= worst) ? 1 : 0;
}
