import { Option, type Command } from 'commander';
import { FACTS } from '../facts/index.js';
import { BUILTIN_RULES } from '../run.js';
import { writeOut } from './output.js';
import {
  rulesFacts,
  rulesLint,
  rulesList,
  rulesSchema,
  rulesShow,
  rulesTest,
  type CommandOutput,
  type RulesInput,
} from './rules.js';

interface RulesOptions {
  rules?: string[];
  format: string;
  output?: string;
  quiet?: boolean;
}

/** Work on rules: list, show, lint, test, schema, facts. */
export function addRules(program: Command, exit: (code: number) => void): void {
  const rules = program.command('rules').description('list, show, check and test rules');
  const add = (
    name: string,
    about: string,
    run: (input: RulesInput, args: string[]) => CommandOutput | Promise<CommandOutput>,
  ): void => {
    rules
      .command(name)
      .description(about)
      .option(
        '--rules <dir>',
        'more rules, or overrides of the built-in ones',
        (d: string, all: string[] = []) => [...all, d],
      )
      .addOption(new Option('--format <format>', 'how to print').choices(['text', 'json']).default('text'))
      .option('--output <file>', 'write there instead of to standard output')
      .option('--quiet', 'no warnings on standard error')
      .action(async (...given: unknown[]) => {
        const command = given.at(-1) as Command;
        const o = command.opts<RulesOptions>();
        const dirs = [
          { dir: BUILTIN_RULES, builtin: true },
          ...(o.rules ?? []).map((dir) => ({ dir, builtin: false })),
        ];
        const out = await run({ dirs, facts: FACTS }, command.args);
        const text =
          o.format === 'json'
            ? `${JSON.stringify(out.data, null, 2)}\n`
            : out.text.endsWith('\n')
              ? out.text
              : `${out.text}\n`;
        await writeOut(text, {
          format: o.format,
          color: 'never',
          ...(o.output === undefined ? {} : { output: o.output }),
        });
        exit(out.exitCode);
      });
  };
  add('list', 'all rules with their severity and what they need', (input) => rulesList(input));
  add('show <id>', 'one rule as it is written', (input, args) => rulesShow(input, args[0]!));
  add('lint', 'errors and doubtful places in rule files', (input) => rulesLint(input));
  add('test [ids...]', 'run the cases beside the rules, or of some', (input, args) =>
    rulesTest({ ...input, ids: args }),
  );
  add('schema', 'JSON Schema of rule files, for editors', () => rulesSchema());
  add('facts [names...]', 'named facts and their fields, for conditions', (_, args) =>
    rulesFacts(FACTS, args),
  );
}
