import { allCommands, type CommandModel, type OptionModel } from './model.js';

/** Text for troff: backslashes and leading dots would be commands. */
function roff(text: string): string {
  return text
    .replace(/\\/g, '\\e')
    .replace(/-/g, '\\-')
    .split('\n')
    .map((l) => (/^[.']/.test(l) ? `\\&${l}` : l))
    .join('\n');
}

function option(o: OptionModel): string {
  const flags = [o.short, o.long].filter((f) => f !== null).map((f) => `\\fB${roff(f)}\\fR`);
  const value = o.value === null ? '' : ` \\fI${roff(o.value.replace(/[<>]/g, ''))}\\fR`;
  const choices = o.choices.length === 0 ? '' : ` One of ${o.choices.join(', ')}.`;
  const fallback = o.fallback === null ? '' : ` Default: ${o.fallback}.`;
  return `.TP\n${flags.join(', ')}${value}\n${roff(`${sentence(o.about)}${choices}${fallback}`)}`;
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?)]$/.test(first) ? first : `${first}.`;
}

function command(program: string, c: CommandModel): string {
  const usage = c.usage.replace(/^\[options\] ?/, '');
  const parts = [
    `.SS "${roff(`${program} ${c.path} ${usage}`.trim())}"`,
    roff(sentence(c.about)),
    ...c.options.filter((o) => o.long !== '--help').map(option),
  ];
  if (c.after !== '') parts.push('.PP', '.nf', roff(c.after), '.fi');
  return parts.join('\n');
}

const EXIT_CODES: readonly (readonly [string, string])[] = [
  ['0', 'Analysed; nothing at or above --fail-on.'],
  ['1', 'A finding at or above --fail-on, or something incomplete under --fail-on-incomplete.'],
  ['2', 'Wrong usage, a broken rule, or no usable input at all.'],
  ['130', 'Interrupted.'],
];

/** The manual page, section 1, of the same definitions that parse the command line. */
export function manPage(program: CommandModel, version: string): string {
  const commands = allCommands(program).filter((c) => c.path !== '' && c.commands.length === 0);
  return `.TH ${roff(program.name.toUpperCase())} 1 "" "${roff(`${program.name} ${version}`)}" "User Commands"
.SH NAME
${roff(program.name)} \\- offline diagnosis of pod connectivity on EKS
.SH SYNOPSIS
.B ${roff(program.name)}
.I command
[\\fIoptions\\fR]
.SH DESCRIPTION
${roff(program.about)}
.SH COMMANDS
${commands.map((c) => command(program.name, c)).join('\n')}
.SH EXIT STATUS
${EXIT_CODES.map(([code, text]) => `.TP\n${code}\n${roff(text)}`).join('\n')}
.SH ENVIRONMENT
.TP
NO_COLOR, FORCE_COLOR
${roff('No colours, or colours even where the output is no terminal.')}
.TP
TMPDIR
${roff('Where archives are unpacked.')}
`;
}
