import { allCommands, type CommandModel, type OptionModel } from './model.js';

function quoted(text: string): string {
  return text.replace(/'/g, "'\\''");
}

/** `--format[how to print]:format:(text json)`, with the characters escaped that `_arguments` gives a meaning. */
function spec(o: OptionModel): string[] {
  const about = o.about.replace(/[\\[\]:]/g, '\\$&');
  const name = (o.value ?? '').replace(/[<>[\]:=]/g, ' ').trim();
  const action = o.choices.length > 0 ? `(${o.choices.join(' ')})` : '_files';
  const value = o.value === null ? '' : `:${name}:${action}`;
  const flags = o.short === null ? [o.long] : [o.long, o.short];
  return flags.map((flag) => `'*${flag}[${quoted(about)}]${value}'`);
}

function functionOf(c: CommandModel): string {
  return c.path === '' ? '_eks_netcheck' : `_eks_netcheck_${c.path.replace(/[^a-z]/g, '_')}`;
}

function definition(c: CommandModel): string {
  const specs = c.options.flatMap(spec);
  if (c.commands.length === 0)
    return `${functionOf(c)}() {\n  _arguments -s ${[...specs, "'*:file:_files'"].join(' \\\n    ')}\n}`;
  const names = c.commands.map((s) => `'${s.name}:${quoted(s.about.replace(/:/g, '\\:'))}'`);
  const cases = c.commands.map((s) => `    ${s.name}) ${functionOf(s)} ;;`);
  return `${functionOf(c)}() {
  local line state
  local -a names
  names=(${names.join(' ')})
  _arguments -C ${[...specs, "'1:command:->command'", "'*::argument:->argument'"].join(' \\\n    ')}
  case $state in
  command) _describe command names ;;
  argument)
    case $line[1] in
${cases.join('\n')}
    esac ;;
  esac
}`;
}

/** Completion for zsh: a file `_eks-netcheck` in a folder of `$fpath`. */
export function zshCompletion(program: CommandModel): string {
  const all = allCommands(program);
  return `#compdef ${program.name}
# zsh completion of ${program.name}
${all.map(definition).reverse().join('\n')}
if [[ $funcstack[1] == _eks-netcheck ]]; then _eks_netcheck "$@"; else compdef _eks_netcheck ${program.name}; fi
`;
}
