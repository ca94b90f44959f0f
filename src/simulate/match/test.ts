import type { Family, RuleMatch } from '../../model/node.js';
import type { State } from '../state.js';

/** Answer of a test: does the packet match? `MAYBE` when the bundle does not tell. */
export const NO = 0;
export const YES = 1;
export const MAYBE = 2;
export type Tri = typeof NO | typeof YES | typeof MAYBE;

/** One condition of a rule, compiled. */
export interface Test {
  readonly run: (state: State) => Tri;
  /** Remembers the answer that a branch assumes after MAYBE. */
  readonly assume?: (state: State, answer: boolean) => void;
  /** Names the condition when it cannot be decided. */
  readonly why: string;
}

/** The options of one `-m MODULE` of a rule, or one built-in test. */
export interface MatchGroup {
  readonly module: string;
  readonly options: readonly RuleMatch[];
  readonly family: Family;
}

export type CompileMatch = (group: MatchGroup) => readonly Test[];

export function tri(answer: boolean): Tri {
  return answer ? YES : NO;
}

export function negate(answer: Tri, negated: boolean): Tri {
  return !negated || answer === MAYBE ? answer : answer === YES ? NO : YES;
}

/** A test that nothing in the bundle can decide. */
export function undecidable(match: RuleMatch): Test {
  const words = [match.option, ...match.args].join(' ').trim().slice(0, 80);
  const why = match.option === '' ? `-m ${match.module}` : `-m ${match.module} --${words}`;
  return { run: () => MAYBE, why };
}

/** A test of one option; `answer` is null when it cannot be decided for this packet. */
export function optionTest(match: RuleMatch, answer: (state: State) => boolean | null): Test {
  const { why } = undecidable(match);
  const { negated } = match;
  return {
    why,
    run: (state) => {
      const is = answer(state);
      return is === null ? MAYBE : tri(is !== negated);
    },
  };
}

export const ALWAYS: readonly Test[] = [];
export const NEVER: readonly Test[] = [{ run: () => NO, why: 'never' }];
