import type { Iptables, IptablesChain, IptablesRule } from '../model/node.js';
import { type Addr, parseNet } from './address.js';
import { compileMatches } from './match.js';
import { MAYBE, NO, type Test } from './match/test.js';
import { addTrail, type State } from './state.js';
import { compileTarget, type Target } from './target.js';
import type { Decision } from './types.js';

/** How a table's chain of one hook ended. `by` is the rule, or null for the policy. */
export type Outcome =
  | { readonly kind: 'accept'; readonly decision: Decision | null }
  | { readonly kind: 'drop' | 'reject'; readonly decision: Decision }
  | { readonly kind: 'unknown'; readonly reason: string };

interface CompiledRule {
  readonly rule: IptablesRule;
  readonly tests: readonly Test[];
  readonly target: Target;
}

interface CompiledChain {
  readonly chain: IptablesChain;
  /** Filled as packets come to each rule. */
  readonly compiled: (CompiledRule | undefined)[];
  /** Rules for exactly one destination, by it; null in short chains. */
  readonly byDestination: ReadonlyMap<Addr, readonly number[]> | null;
  /** Indexes of all other rules, ascending; only used with `byDestination`. */
  readonly general: readonly number[];
}

/** Chains shorter than this are walked rule by rule. */
const INDEX_FROM = 32;
/** Deeper than the kernel allows (16 with nf_tables): only damaged or hostile files get there. */
const MAX_DEPTH = 256;

/** The tables of one iptables-save output, each chain compiled when a packet first meets it. */
export class CompiledTables {
  private readonly chains = new Map<string, CompiledChain | null>();

  constructor(readonly iptables: Iptables) {}

  private chain(table: string, name: string): CompiledChain | null {
    const key = `${table} ${name}`;
    let compiled = this.chains.get(key);
    if (compiled === undefined) {
      const chain = this.iptables.tables.get(table)?.chains.get(name);
      compiled = chain === undefined ? null : this.compile(chain);
      this.chains.set(key, compiled);
    }
    return compiled;
  }

  private compile(chain: IptablesChain): CompiledChain {
    const { rules } = chain;
    if (rules.length < INDEX_FROM) return { chain, compiled: [], byDestination: null, general: [] };
    const byDestination = new Map<Addr, number[]>();
    const general: number[] = [];
    rules.forEach((rule, at) => {
      const only = this.destinationOf(rule);
      if (only === null) {
        general.push(at);
        return;
      }
      const list = byDestination.get(only);
      if (list === undefined) byDestination.set(only, [at]);
      else list.push(at);
    });
    return { chain, compiled: [], byDestination, general };
  }

  private rule(chain: CompiledChain, at: number): CompiledRule {
    let compiled = chain.compiled[at];
    if (compiled === undefined) {
      const rule = chain.chain.rules[at]!;
      const { family, tables } = this.iptables;
      compiled = {
        rule,
        tests: compileMatches(rule.matches, family),
        target: compileTarget(rule, family, tables.get(rule.table)!.chains),
      };
      chain.compiled[at] = compiled;
    }
    return compiled;
  }

  private destinationOf(rule: IptablesRule): Addr | null {
    const match = rule.matches.find((m) => m.module === 'destination');
    if (match === undefined || match.negated) return null;
    const net = parseNet(match.args[0] ?? '', this.iptables.family);
    return net !== null && net.length === (this.iptables.family === 4 ? 32 : 128) ? net.addr : null;
  }

  /** Sends the packet through the table's chain of a hook; null when the table or chain does not exist. */
  traverse(state: State, table: string, hook: string): Outcome | null {
    const base = this.chain(table, hook);
    if (base === null) return null;
    const stack: Frame[] = [{ chain: base, ...START, goto: false }];
    while (stack.length > 0) {
      const frame = stack.at(-1)!;
      const at = next(frame, state);
      if (at === null) {
        unwind(stack);
        continue;
      }
      const rule = this.rule(frame.chain, at);
      frame.at = at + 1;
      state.budget.steps -= 1;
      if (state.budget.steps < 0) return { kind: 'unknown', reason: 'too many rules to follow' };
      if (rule.target.kind === 'note' && rule.tests.length > 0 && !certain(rule, state)) continue;
      if (!matches(rule, state)) continue;
      const outcome = this.apply(rule, state, stack);
      if (outcome !== null) return outcome;
    }
    return policy(base.chain, state);
  }

  private apply(rule: CompiledRule, state: State, stack: Frame[]): Outcome | null {
    const { target } = rule;
    const say = (effect: string): void => {
      const { table, chain, text, loc } = rule.rule;
      addTrail(state, { table, chain, text }, loc, effect);
    };
    switch (target.kind) {
      case 'note':
        say(target.effect);
        return null;
      case 'return':
        say('return');
        unwind(stack);
        return null;
      case 'jump': {
        say(`${rule.rule.goto ? 'goto' : 'jump'} ${target.chain}`);
        const chain = this.chain(rule.rule.table, target.chain);
        if (chain === null || stack.length >= MAX_DEPTH) {
          return { kind: 'unknown', reason: `chain ${target.chain} cannot be followed` };
        }
        stack.push({ chain, ...START, goto: rule.rule.goto });
        return null;
      }
      case 'change':
        say(target.apply(state));
        return null;
      case 'accept':
        say('accept');
        return { kind: 'accept', decision: ruleDecision(rule.rule) };
      case 'drop':
        say('drop');
        return { kind: 'drop', decision: ruleDecision(rule.rule) };
      case 'reject': {
        // A reset is not answered with a reset, a broadcast with nothing at all.
        const isReset = state.tcpFlags !== null && (state.tcpFlags & 4) !== 0;
        const silent = state.broadcast || (target.with === 'tcp-reset' && isReset);
        say(silent ? 'drop' : `reject with ${target.with}`);
        return {
          kind: silent ? 'drop' : 'reject',
          decision: { ...ruleDecision(rule.rule), rejectWith: target.with },
        };
      }
      case 'nat': {
        const done = target.apply(state);
        if (done.kind === 'unknown') return done;
        say(done.effect);
        return done.kind === 'drop'
          ? { kind: 'drop', decision: ruleDecision(rule.rule) }
          : { kind: 'accept', decision: ruleDecision(rule.rule) };
      }
      case 'unknown':
        say(target.reason);
        return { kind: 'unknown', reason: target.reason };
    }
  }
}

interface Frame {
  readonly chain: CompiledChain;
  /** Index of the next rule to look at. */
  at: number;
  /** Positions in the two lists of an indexed chain. */
  inBucket: number;
  inGeneral: number;
  readonly goto: boolean;
}

const START = { at: 0, inBucket: 0, inGeneral: 0 };

/** Index of the next rule whose destination can fit; the destination does not change within a table. */
function next(frame: Frame, state: State): number | null {
  const { byDestination, general, chain } = frame.chain;
  if (byDestination === null) return frame.at < chain.rules.length ? frame.at : null;
  const bucket = byDestination.get(state.dst) ?? [];
  while (frame.inBucket < bucket.length && bucket[frame.inBucket]! < frame.at) frame.inBucket += 1;
  while (frame.inGeneral < general.length && general[frame.inGeneral]! < frame.at) frame.inGeneral += 1;
  const a = bucket[frame.inBucket];
  const b = general[frame.inGeneral];
  if (a === undefined) return b ?? null;
  return b === undefined || a < b ? a : b;
}

/** Leaves a chain: back behind the last jump; chains entered by goto are left together with their caller. */
function unwind(stack: Frame[]): void {
  for (let frame = stack.pop(); frame?.goto === true; frame = stack.pop());
}

function certain(rule: CompiledRule, state: State): boolean {
  return rule.tests.every((test) => {
    const answer = test.run(state);
    return answer !== NO && answer !== MAYBE;
  });
}

function matches(rule: CompiledRule, state: State): boolean {
  let open: Test[] | null = null;
  for (const test of rule.tests) {
    const answer = test.run(state);
    if (answer === NO) return false;
    if (answer === MAYBE) (open ??= []).push(test);
  }
  for (const test of open ?? []) {
    const answer = state.decisions.choose(2, test.why) === 0;
    test.assume?.(state, answer);
    if (!answer) return false;
  }
  return true;
}

function policy(chain: IptablesChain, state: State): Outcome {
  const text = `:${chain.name} ${chain.policy ?? '?'}`;
  const decision: Decision = {
    kind: 'policy',
    text,
    loc: chain.loc,
    table: chain.table,
    chain: chain.name,
  };
  if (chain.policy === null) {
    return { kind: 'unknown', reason: `policy of ${chain.table} ${chain.name} is not known` };
  }
  // An empty chain that accepts is not worth a line of the trail.
  if (chain.policy !== 'ACCEPT' || chain.rules.length > 0) {
    addTrail(
      state,
      { table: chain.table, chain: chain.name, text },
      chain.loc,
      `policy ${chain.policy.toLowerCase()}`,
    );
  }
  return { kind: chain.policy === 'ACCEPT' ? 'accept' : 'drop', decision };
}

function ruleDecision(rule: IptablesRule): Decision {
  return { kind: 'rule', text: rule.text, loc: rule.loc, table: rule.table, chain: rule.chain };
}
