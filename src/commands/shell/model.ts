import type { Command, Option } from 'commander';

/** A command as completion and the manual show it: read from the same definitions that parse the command line. */
export interface CommandModel {
  /** `rules list`; empty for the program itself. */
  readonly path: string;
  readonly name: string;
  readonly about: string;
  /** `<input...>`, as the usage line shows it. */
  readonly usage: string;
  readonly options: readonly OptionModel[];
  readonly commands: readonly CommandModel[];
  /** Examples and notes that help prints below, as the command gave them. */
  readonly after: string;
}

export interface OptionModel {
  readonly long: string;
  readonly short: string | null;
  /** `<file>` or null for a switch. */
  readonly value: string | null;
  readonly about: string;
  readonly choices: readonly string[];
  readonly fallback: string | null;
}

export function modelOf(command: Command, path = ''): CommandModel {
  const help = command.createHelp();
  return {
    path,
    name: command.name(),
    about: command.description(),
    usage: command.usage(),
    options: help.visibleOptions(command).map(optionModel),
    commands: help
      .visibleCommands(command)
      .filter((c) => c.name() !== 'help')
      .map((c) => modelOf(c, path === '' ? c.name() : `${path} ${c.name()}`)),
    after: afterText(command),
  };
}

function optionModel(o: Option): OptionModel {
  const value = /<[^>]+>|\[[^\]]+\]/.exec(o.flags)?.[0] ?? null;
  const fallback = o.defaultValue === undefined || o.defaultValue === false ? null : String(o.defaultValue);
  return {
    long: o.long ?? o.short ?? '',
    short: o.long === undefined ? null : (o.short ?? null),
    value,
    about: o.description,
    choices: o.argChoices ?? [],
    fallback,
  };
}

/** What `addHelpText('after')` was given: the help with it, less the help without it. */
function afterText(command: Command): string {
  let text = '';
  const config = command.configureOutput();
  command.configureOutput({ ...config, writeOut: (s) => (text += s) });
  command.outputHelp();
  command.configureOutput(config);
  const plain = command.helpInformation();
  return text.startsWith(plain) ? text.slice(plain.length).trim() : '';
}

/** The command itself and all below it. */
export function allCommands(model: CommandModel): CommandModel[] {
  return [model, ...model.commands.flatMap(allCommands)];
}
