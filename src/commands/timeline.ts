import { InvalidArgumentError, Option, type Command } from 'commander';
import { NetcheckError } from '../errors.js';
import type { SearchIndex } from '../index-store/search-index.js';
import { coverageOf } from '../search/coverage.js';
import { findPivot, pivotAt } from '../timeline/pivot.js';
import { timelineJson, timelineText } from '../timeline/render.js';
import { makeTimeline } from '../timeline/timeline.js';
import { addIndexOptions, textOptions, withIndex, type IndexOptions } from './index-options.js';
import {
  addLimitOptions,
  addOutputOptions,
  limitsOf,
  parseCount,
  parseDuration,
  parseTime,
  type OutputOptions,
} from './options.js';
import { writeOut } from './output.js';
import { checkQuery } from './search.js';

interface TimelineOptions extends OutputOptions, IndexOptions {
  pivot?: string;
  regex?: boolean;
  ignoreCase?: boolean;
  since?: number;
  until?: number;
  window: number;
  limit: number;
  findings: boolean;
}

const EXAMPLES = `
Examples:
  eks-netcheck timeline bundle.tgz --pivot '"connection refused"'
  eks-netcheck timeline node-a.tgz node-b.tgz caps/ --pivot 'DENY|refused' --regex --window 60
  eks-netcheck timeline bundle.tgz --pivot 2024-05-17T09:31:22Z --window 10m
`;

/** What happened around the lines that match, over all files, nodes and captures. */
export function addTimeline(program: Command): void {
  const command = program
    .command('timeline')
    .description('what happened around a moment: logs of all nodes, findings and captures in one order')
    .argument('<input...>', 'bundles, folders, captures');
  addIndexOptions(addOutputOptions(command, ['text', 'json']))
    .requiredOption('--pivot <query>', 'a query as `search` takes it, or a time')
    .option('--regex', 'the pivot is a regular expression')
    .option('-i, --ignore-case', 'letter case does not count in a regular expression')
    .addOption(
      new Option('--window <time>', 'how far to look before and after: seconds, or 90s, 10m')
        .argParser(parseWindow)
        .default(300_000, '300'),
    )
    .option('--since <time>', 'leave out matches of the pivot before (ISO 8601, UTC)', parseTime)
    .option('--until <time>', 'leave out matches of the pivot after', parseTime)
    .option('--limit <n>', 'events to show', parseCount, 200)
    .addOption(new Option('--no-findings', 'leave out findings and captures'));
  addLimitOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (inputs: string[], o: TimelineOptions) => {
      const query = o.pivot!;
      const time = timeOf(query);
      const source = { text: query, regex: o.regex === true, ignoreCase: o.ignoreCase === true };
      if (time === null) await checkQuery(source);
      await withIndex(inputs, o, async (index) => {
        const pivot =
          time === null
            ? await findPivot(index, source, o.window, { since: o.since ?? null, until: o.until ?? null })
            : pivotAt(time, o.window);
        const document = o.findings && pivot.windows.length > 0 ? await analysis(inputs, index, o) : null;
        const timeline = makeTimeline(index, pivot, {
          limit: o.limit,
          document,
          collectedAt: index.collectedAt,
        });
        const coverage = coverageOf(index);
        const text =
          o.format === 'json'
            ? `${JSON.stringify(timelineJson(timeline, query, o.window, coverage), null, 2)}\n`
            : timelineText(timeline, query, textOptions(o));
        await writeOut(text, o);
      });
    });
}

async function analysis(
  inputs: readonly string[],
  { ingested, stored }: SearchIndex,
  o: TimelineOptions,
): Promise<import('../model/document.js').AnalysisDocument> {
  if (inputs.includes('-') && ingested === null)
    throw new NetcheckError('E_USAGE', 'Standard input can be read only once: add --no-findings.');
  const [{ analyze }, { keptIndexes }] = await Promise.all([
    import('../run.js'),
    import('../index-store/kept.js'),
  ]);
  const limits = limitsOf(o);
  return analyze(inputs, {
    limits,
    // An input that is read again may have changed since it was indexed.
    indexes: () =>
      ingested === null && o.cache ? keptIndexes(inputs, limits, o.index) : Promise.resolve(stored),
    ...(ingested === null ? {} : { ingested }),
    ...(o.jobs === undefined ? {} : { jobs: o.jobs }),
  });
}

/** A pivot in the form of a time is one. */
function timeOf(text: string): number | null {
  if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(text)) return null;
  try {
    return parseTime(text);
  } catch {
    return null;
  }
}

/** `300` is seconds, as the runbook gives it. */
function parseWindow(text: string): number {
  const ms = /^\d{1,7}(?:\.\d{1,3})?$/.test(text) ? Number(text) * 1000 : parseDuration(text);
  if (ms <= 0) throw new InvalidArgumentError('Give a time above 0.');
  return ms;
}
