import { allCommands, type CommandModel, type OptionModel } from './model.js';

/** Words that follow an option, by option, for one command. */
function valueCases(options: readonly OptionModel[]): string[] {
  return options
    .filter((o) => o.choices.length > 0)
    .map((o) => `      ${o.long}) COMPREPLY=($(compgen -W '${o.choices.join(' ')}' -- "$cur")); return ;;`);
}

function flags(model: CommandModel): string {
  return model.options.flatMap((o) => (o.short === null ? [o.long] : [o.long, o.short])).join(' ');
}

function block(model: CommandModel): string {
  const names = model.commands.map((c) => c.name).join(' ');
  const takesValue = model.options
    .filter((o) => o.value !== null && o.choices.length === 0)
    .map((o) => o.long);
  return [
    `    '${model.path}')`,
    '      case $prev in',
    ...valueCases(model.options),
    ...(takesValue.length === 0
      ? []
      : [`      ${takesValue.join('|')}) COMPREPLY=($(compgen -f -- "$cur")); return ;;`]),
    '      esac',
    `      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '${flags(model)}' -- "$cur"))`,
    `      else COMPREPLY=(${names === '' ? '' : `$(compgen -W '${names}' -- "$cur") `}${model.commands.length > 0 ? '' : '$(compgen -f -- "$cur")'}); fi`,
    '      ;;',
  ].join('\n');
}

/** Completion for bash: `source <(eks-netcheck completion bash)`. */
export function bashCompletion(program: CommandModel): string {
  const all = allCommands(program);
  const known = all.filter((c) => c.path !== '').map((c) => `'${c.path}'`);
  return `# bash completion of ${program.name}: source it, or put it into /etc/bash_completion.d
_eks_netcheck() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} path='' word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${path:+$path }\${COMP_WORDS[i]}
    case $word in
    ${known.join('|')}) path=$word ;;
    esac
  done
  case $path in
${all.map(block).join('\n')}
  esac
}
complete -o filenames -o default -F _eks_netcheck ${program.name}
`;
}
