import { allCommands, type CommandModel } from './model.js';

function quoted(text: string): string {
  return `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;
}

/** True where the words typed so far lead to the command. */
function condition(c: CommandModel): string {
  const words = c.path.split(' ').filter((w) => w !== '');
  const seen = words.map((w) => `__fish_seen_subcommand_from ${w}`);
  const names = c.commands.map((s) => s.name);
  const below = names.length === 0 ? [] : [`not __fish_seen_subcommand_from ${names.join(' ')}`];
  return [...seen, ...below].join('; and ');
}

function lines(program: CommandModel, c: CommandModel): string[] {
  const head = `complete -c ${program.name} -n ${quoted(condition(c))}`;
  const subcommands = c.commands.map((s) => `${head} -f -a ${s.name} -d ${quoted(s.about)}`);
  const options = c.options.map((o) => {
    const short = o.short === null ? '' : ` -s ${o.short.replace(/^-/, '')}`;
    const value =
      o.value === null ? '' : o.choices.length > 0 ? ` -x -a ${quoted(o.choices.join(' '))}` : ' -r';
    return `${head} -l ${o.long.replace(/^--/, '')}${short}${value} -d ${quoted(o.about)}`;
  });
  return [...subcommands, ...options];
}

/** Completion for fish: `eks-netcheck completion fish | source`. */
export function fishCompletion(program: CommandModel): string {
  return `# fish completion of ${program.name}\n${allCommands(program)
    .flatMap((c) => lines(program, c))
    .join('\n')}\n`;
}
