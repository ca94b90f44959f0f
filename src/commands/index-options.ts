/** Options and opening of the index, shared by `search` and `timeline`. */
import { Option, type Command } from 'commander';
import { NetcheckError } from '../errors.js';
import { openIndex, type OpenOptions } from '../index-store/open.js';
import type { SearchIndex } from '../index-store/search-index.js';
import { DamagedIndex } from '../index-store/text-part.js';
import type { RuleTitle } from '../index-store/words-index.js';
import type { TextOptions } from '../report/layout.js';
import { limitsOf, parseCount, type LimitOptions, type OutputOptions } from './options.js';
import { useColor } from './output.js';

export interface IndexOptions extends LimitOptions {
  index?: string;
  cache: boolean;
  jobs?: number;
  quiet?: boolean;
}

export function addIndexOptions(command: Command): Command {
  return command
    .option('--index <dir>', 'folder to keep indexes in (a folder of the user cache)')
    .addOption(new Option('--no-cache', 'neither use a kept index nor keep one'))
    .option('--jobs <n>', 'worker threads (number of cores)', parseCount);
}

/**
 * Opens the index and works with it. Damage that shows only when the text is read is met here: the work starts again
 * with an index that is built anew, once.
 */
export async function withIndex(
  inputs: readonly string[],
  o: IndexOptions,
  work: (index: SearchIndex) => Promise<void>,
): Promise<void> {
  // Loaded only where somebody watches.
  const watched = o.quiet !== true && process.stderr.isTTY === true;
  const progress = watched ? (await import('./progress.js')).progressDisplay(false) : null;
  const clear = (): void => progress?.clear();
  const say = (message: string): void => {
    if (o.quiet !== true) process.stderr.write(`eks-netcheck: ${message}\n`);
  };
  const options: OpenOptions = {
    limits: limitsOf(o),
    say,
    ruleTitles,
    ...(o.cache ? (o.index === undefined ? {} : { cacheFolder: o.index }) : { cacheFolder: null }),
    ...(o.jobs === undefined ? {} : { jobs: o.jobs }),
    onProgress: (event) => {
      if (event.stage === 'ingest')
        progress?.show?.({
          stage: 'ingest',
          subject: event.input,
          done: event.bytes,
          total: null,
          unit: 'bytes',
        });
      else
        progress?.show?.({
          stage: 'logs',
          subject: 'index',
          done: event.done,
          total: event.total,
          unit: 'bytes',
        });
    },
  };
  try {
    await attempt(inputs, options, work, clear);
  } catch (error) {
    if (!(error instanceof DamagedIndex)) throw error;
    say(`The index is damaged (${error.message}); it is built again.`);
    try {
      await attempt(inputs, { ...options, rebuild: true }, work, clear);
    } catch (again) {
      if (!(again instanceof DamagedIndex)) throw again;
      throw new NetcheckError('E_UNREADABLE', 'The index was damaged again right after it was built.', {
        cause: again,
        hint: 'Check the disk, or use --no-cache.',
      });
    }
  } finally {
    clear();
  }
}

async function attempt(
  inputs: readonly string[],
  options: OpenOptions,
  work: (index: SearchIndex) => Promise<void>,
  ready: () => void,
): Promise<void> {
  const index = await openIndex(inputs, options);
  ready();
  try {
    await work(index);
  } finally {
    await index.close();
  }
}

/** Loaded only when an index is built: rules bring all facts with them. */
async function ruleTitles(): Promise<RuleTitle[]> {
  const [{ loadRules }, { FACTS }, { BUILTIN_RULES }] = await Promise.all([
    import('../rules/load.js'),
    import('../facts/index.js'),
    import('../run.js'),
  ]);
  const rules = await loadRules([{ dir: BUILTIN_RULES, builtin: true }], FACTS);
  return rules.map(({ id, title }) => ({ id, title }));
}

/** How text is laid out for the output asked for. */
export function textOptions(o: OutputOptions): TextOptions {
  return { color: useColor(o), width: Math.max(60, Math.min(process.stdout.columns ?? 100, 200)) };
}
