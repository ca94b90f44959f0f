import type { Command } from 'commander';
import { NetcheckError } from '../errors.js';
import { escapeUnsafe } from '../ingest/printable.js';
import { ingest, printable, readLines, TempDir } from '../ingest/index.js';
import { nearestNames } from './nearest.js';
import { addLimitOptions, limitsOf, type LimitOptions } from './options.js';
import { writeOut } from './output.js';

interface ShowOptions extends LimitOptions {
  output?: string;
  quiet?: boolean;
  format: string;
}

const EXAMPLES = `
Examples:
  eks-netcheck show bundle.tgz networking/iptables-save.txt:14
  eks-netcheck show bundle.tgz var_log/aws-routed-eni/ipamd.log:120-140
`;

interface Wanted {
  readonly file: string;
  readonly first: number;
  readonly last: number;
}

/** Lines of one file of a bundle, numbered: every evidence entry is one command away. */
export function addShow(program: Command, exit: (code: number) => void): void {
  const command = program
    .command('show')
    .description('print lines of a file of a bundle, numbered')
    .argument('<input>', 'bundle or folder')
    .argument('<file[:first[-last]]>', 'path inside the bundle, as evidence cites it')
    .option('--format <format>', 'text or json', 'text')
    .option('--output <file>', 'write there instead of to standard output')
    .option('--quiet', 'no warnings on standard error');
  addLimitOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (input: string, what: string, o: ShowOptions) => {
      const wanted = parseWanted(what);
      const tempDir = new TempDir();
      try {
        const limits = limitsOf(o);
        const { bundles } = await ingest([input], { limits, tempDir });
        const files = bundles.flatMap((b) => [...b.files.values()].map((file) => ({ node: b.id, file })));
        const found = files.filter(({ file }) => file.path === wanted.file || file.name === wanted.file);
        if (found.length === 0)
          throw new NetcheckError('E_NOT_FOUND', `The input holds no file ${printable(wanted.file)}.`, {
            hint: nearestNames(
              wanted.file,
              files.map((f) => f.file.name),
            ),
          });
        for (const { node, file } of found) {
          const lines: { number: number; text: string }[] = [];
          for await (const line of readLines(file, limits)) {
            if (line.number > wanted.last) break;
            if (line.number >= wanted.first) lines.push({ number: line.number, text: line.line });
          }
          if (lines.length === 0) exit(1);
          await writeOut(
            o.format === 'json'
              ? `${JSON.stringify({ node, file: file.path, lines })}\n`
              : numbered(node, file.path, lines),
            {
              format: o.format,
              color: 'never',
              ...(o.output === undefined ? {} : { output: o.output }),
            },
          );
        }
      } finally {
        await tempDir.remove();
      }
    });
}

function parseWanted(text: string): Wanted {
  const m = /^(.+?)(?::(\d{1,12})(?:-(\d{1,12}))?)?$/.exec(text)!;
  const first = m[2] === undefined ? 1 : Number(m[2]);
  const last = m[3] === undefined ? (m[2] === undefined ? Infinity : first) : Number(m[3]);
  if (first < 1 || last < first) throw new NetcheckError('E_USAGE', `Lines ${first}-${last} make no range.`);
  return { file: m[1]!, first, last };
}

/** Control characters of a stranger's log must not reach the terminal. */
function numbered(node: string, path: string, lines: readonly { number: number; text: string }[]): string {
  const width = String(lines.at(-1)?.number ?? 1).length;
  const head = `${printable(path)} (${printable(node)})\n`;
  return head + lines.map((l) => `${String(l.number).padStart(width)}  ${escapeUnsafe(l.text)}\n`).join('');
}
