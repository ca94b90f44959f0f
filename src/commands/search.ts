import { InvalidArgumentError, type Command } from 'commander';
import { NetcheckError } from '../errors.js';
import type { SearchIndex } from '../index-store/search-index.js';
import { coverageOf } from '../search/coverage.js';
import { parseQuery, type QuerySource } from '../search/parse.js';
import { patternRows } from '../search/pattern-rows.js';
import { linesJson, patternsJson } from '../search/render-json.js';
import { search, type SearchResult } from '../search/search.js';
import { QueryError } from '../search/tokens.js';
import { addIndexOptions, textOptions, withIndex, type IndexOptions } from './index-options.js';
import { addLimitOptions, addOutputOptions, parseCount, parseTime, type OutputOptions } from './options.js';
import { writeOut } from './output.js';

interface SearchOptions extends OutputOptions, IndexOptions {
  regex?: boolean;
  ignoreCase?: boolean;
  patterns?: boolean;
  lines?: boolean;
  since?: number;
  until?: number;
  context?: number;
  limit?: number;
}

const EXAMPLES = `
Words are joined by AND unless OR, NOT or parentheses say otherwise; "a phrase" stands as it is;
* and ? are wildcards; file:, node:, level:, pod:, ip: and eni: look at one thing. Letter case does not count.

Examples:
  eks-netcheck search bundle.tgz 'refused OR "no route to host"'
  eks-netcheck search bundle.tgz 'level:error file:ipamd NOT throttl*'
  eks-netcheck search node-a.tgz node-b.tgz ip:10.0.1.9 --lines --context 2
  eks-netcheck search bundle.tgz --regex 'eni.*error|cni.*error' --since 2024-05-17T09:00:00Z
`;

/** Full text search: ranked patterns, or lines in the order of time. */
export function addSearch(program: Command): void {
  const command = program
    .command('search')
    .description('search all text of bundles: ranked patterns, or lines in the order of time')
    .usage('[options] <input...> <query>')
    .argument('<input...>', 'bundles or folders, and the query last');
  addIndexOptions(addOutputOptions(command, ['text', 'json']))
    .option('--regex', 'the query is a regular expression (RE2 syntax, letter case counts)')
    .option('-i, --ignore-case', 'letter case does not count in a regular expression')
    .option('--patterns', 'lines alike counted as one, the best first (default)')
    .option('--lines', 'the lines themselves, in the order of time')
    .option('--since <time>', 'leave out lines before (ISO 8601, UTC)', parseTime)
    .option('--until <time>', 'leave out lines after', parseTime)
    .option('--context <n>', 'lines to show around each line', parseContext)
    .option('--limit <n>', 'patterns (20) or lines (200) to show', parseCount);
  addLimitOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (args: string[], o: SearchOptions) => {
      if (args.length < 2)
        throw new NetcheckError('E_USAGE', 'Give an input and a query.', {
          hint: 'For example: eks-netcheck search bundle.tgz refused',
        });
      const query: QuerySource = {
        text: args.at(-1)!,
        regex: o.regex === true,
        ignoreCase: o.ignoreCase === true,
      };
      if (o.lines === true && o.patterns === true)
        throw new NetcheckError('E_USAGE', 'Give either --lines or --patterns.');
      await checkQuery(query);
      hintAtRegex(query, o);
      await withIndex(args.slice(0, -1), o, (index) => answer(index, query, o));
    });
}

/** Runs the query and writes the answer. Throws DamagedIndex before anything is written. */
async function answer(index: SearchIndex, query: QuerySource, o: SearchOptions): Promise<void> {
  const result = await search(index, query, { since: o.since ?? null, until: o.until ?? null });
  const asLines = o.lines === true || o.context !== undefined;
  await writeOut(await (asLines ? inLines(index, result, o) : inPatterns(index, result, o)), o);
}

// What most searches do without is loaded when it is asked for.

async function inLines(index: SearchIndex, { hits, count }: SearchResult, o: SearchOptions): Promise<string> {
  const { firstLines, withContext } = await import('../search/lines.js');
  const lines = firstLines(index, hits, o.limit ?? 200);
  const shown = o.context === undefined ? lines : withContext(index, lines, o.context);
  if (o.format === 'json') return json(linesJson(shown, count, coverageOf(index)));
  return (await import('../search/render-text.js')).linesText(shown, count, textOptions(o));
}

async function inPatterns(index: SearchIndex, result: SearchResult, o: SearchOptions): Promise<string> {
  const { count } = result;
  const rows = await patternRows(index, result, o.limit ?? 20);
  if (o.format === 'json') return json(patternsJson(rows, count, coverageOf(index)));
  return (await import('../search/render-text.js')).patternsText(rows, count, textOptions(o));
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

/** Refuses a malformed query before anything is read. */
export async function checkQuery(query: QuerySource): Promise<void> {
  try {
    await parseQuery(query);
  } catch (error) {
    throw error instanceof QueryError ? queryProblem(error, query.text) : error;
  }
}

/** The error of a query, with a mark under the place. */
function queryProblem({ message, at }: QueryError, text: string): NetcheckError {
  const place = at === null ? '' : ` at character ${at + 1}`;
  const shown = at === null || /[\n\r\t]/.test(text) ? '' : `\n  ${text}\n  ${' '.repeat(at)}^`;
  return new NetcheckError('E_USAGE', `The query is wrong${place}: ${message}.${shown}`, {
    hint: 'See `eks-netcheck search --help`.',
  });
}

/** A person who forgets --regex gets words with points in them, and nothing found. */
function hintAtRegex({ text, regex }: QuerySource, o: SearchOptions): void {
  if (regex || o.quiet === true || !/\.[*+]|\\[a-z.]|\[[^\]]+\]|\(\?/i.test(text)) return;
  process.stderr.write('The query looks like a regular expression: add --regex to search it as one.\n');
}

function parseContext(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('Give a number of lines from 0 to 9999.');
  return Number(text);
}
