import { InvalidArgumentError, Option, type Command } from 'commander';
import { NetcheckError } from '../errors.js';
import { withNodes } from '../explain/load.js';
import { pathDocument } from '../explain/path/document.js';
import { renderPath } from '../explain/path/text.js';
import { walk } from '../explain/path/walk.js';
import type { PathQuestion } from '../explain/path/types.js';
import { writeReport, warn } from '../explain/output.js';
import {
  addLimitOptions,
  addOutputOptions,
  limitsOf,
  type LimitOptions,
  type OutputOptions,
} from './options.js';
import { parseEnd } from './question-options.js';
import { progressDisplay } from './progress.js';

interface PathOptions extends OutputOptions, LimitOptions {
  src?: { ip: string; port: number | null };
  dst?: { ip: string; port: number | null };
  proto: PathQuestion['protocol'];
  sport?: number;
  node?: string;
  return?: boolean;
}

const EXAMPLES = `
Examples:
  eks-netcheck path node-a.tgz node-b.tgz --src 10.0.1.9 --dst 10.0.2.7:5432
  eks-netcheck path bundles/ --src 10.0.1.9 --dst 172.20.0.10:53 --proto udp --return
  eks-netcheck path node-b.tgz --src 198.51.100.7 --dst 10.0.1.5:30080 --format json

The way begins at the node that has --src: at the pod's veth, or at the node's own processes. When no bundle has it,
it begins at the node that has --dst, as the packet comes in; --node says otherwise. Where the bundle of the node that
has the destination is given too, the packet is followed there.
`;

/** What the kernels of the nodes would do with a packet, by their bundles. */
export function addPath(program: Command, exit: (code: number) => void): void {
  const command = program
    .command('path')
    .description('what the node would do with a packet: which rule, route, policy and translation decide')
    .argument('<input...>', 'bundles (.tar.gz, .tar, .zip, folder) or folders of bundles')
    .option('--src <ip[:port]>', 'source of the packet', parseEnd)
    .option('--dst <ip[:port]>', 'destination of the packet', parseEnd)
    .addOption(
      new Option('--proto <protocol>', 'its protocol').choices(['tcp', 'udp', 'icmp', 'sctp']).default('tcp'),
    )
    .option('--sport <port>', 'source port (any)', parsePort)
    .option('--node <id>', 'node to begin at: id, host name or address')
    .option('--return', 'follow the answer, too');
  addLimitOptions(addOutputOptions(command, ['text', 'json']))
    .addHelpText('after', EXAMPLES)
    .action(async (inputs: string[], o: PathOptions) => {
      const question = questionOf(o);
      const progress = progressDisplay(o.quiet === true);
      try {
        const limits = limitsOf(o);
        const { document, problems } = await withNodes(
          inputs,
          { limits, ...(progress.show ? { onProgress: progress.show } : {}) },
          (loaded) => ({
            document: pathDocument(
              walk(
                loaded.nodes.map((n) => n.facts),
                question,
              ),
            ),
            problems: loaded.problems,
          }),
        );
        progress.clear();
        warn(problems, o);
        await writeReport(document, { json: (d) => d, text: renderPath }, o);
        exit(0);
      } finally {
        progress.clear();
      }
    });
}

function parsePort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) < 1 || Number(text) > 65_535) {
    throw new InvalidArgumentError('Give a port from 1 to 65535.');
  }
  return Number(text);
}

function questionOf(o: PathOptions): PathQuestion {
  const { src, dst } = o;
  if (src === undefined || dst === undefined) {
    throw new NetcheckError('E_USAGE', `${src === undefined ? '--src' : '--dst'} is missing.`, {
      hint: 'Give both ends: --src 10.0.1.9 --dst 10.0.2.7:8080',
    });
  }
  return {
    src,
    dst,
    protocol: o.proto,
    sport: o.sport ?? src.port,
    node: o.node ?? null,
    answer: o.return === true,
  };
}
