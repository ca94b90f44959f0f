import {
  SEVERITIES,
  type Finding,
  type RefutedRule,
  type Rule,
  type RuleResults,
  type SkippedRule,
} from '../model/rule.js';
import { conditionsOf, isFactCondition } from './conditions.js';
import type { EvaluationContext, Scope } from './context.js';
import { decide, type Match } from './decide.js';
import { toFinding } from './finding.js';
import { compare } from './problem.js';
import { blockedNodes, scopesOf } from './scopes.js';
import { Skips } from './skips.js';
import { oneLine } from './text.js';

export type { EvaluationContext } from './context.js';

/** Findings of one rule that are listed; the rest is counted. */
const MAX_FINDINGS = 200;

interface Results {
  readonly findings: Finding[];
  readonly refuted: RefutedRule[];
  readonly skipped: SkippedRule[];
}

/**
 * Evaluates every rule. The result depends on the rules and the context alone, not on their order. A rule that
 * cannot be decided is skipped with the reason, never passed; a rule that fails ends only itself.
 */
export function evaluateRules(rules: readonly Rule[], context: EvaluationContext): Required<RuleResults> {
  const results: Results = { findings: [], refuted: [], skipped: [] };
  const guarded = { ...context, facts: guardedFacts(context.facts) };
  for (const rule of rules) {
    try {
      const own = evaluateRule(rule, guarded);
      results.findings.push(...own.findings);
      results.refuted.push(...own.refuted);
      results.skipped.push(...own.skipped);
    } catch (error) {
      const message = oneLine(error instanceof Error ? error.message : String(error));
      results.skipped.push({ rule: rule.id, reason: `it could not be evaluated: ${message}`, node: null });
    }
  }
  const byRule = <T extends { rule: string; node?: string | null }>(a: T, b: T): number =>
    compare(a.rule, b.rule) || compare(a.node ?? '', b.node ?? '');
  return {
    findings: results.findings.sort(
      (a, b) =>
        SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
        byRule(a, b) ||
        compareEvidence(a, b) ||
        compare(a.title, b.title) ||
        compare(JSON.stringify(a.fields), JSON.stringify(b.fields)),
    ),
    refuted: results.refuted.sort((a, b) => byRule(a, b) || compare(a.because, b.because)),
    skipped: results.skipped.sort((a, b) => byRule(a, b) || compare(a.reason, b.reason)),
  };
}

/** Judgements speak of one finding: a fact that fails is not known, whoever asks for it. */
function guardedFacts(facts: EvaluationContext['facts']): EvaluationContext['facts'] {
  return (name) => {
    try {
      return facts(name);
    } catch (error) {
      const message = oneLine(error instanceof Error ? error.message : String(error));
      return { known: false, reason: `fact ${name} could not be computed: ${message}` };
    }
  };
}

function evaluateRule(rule: Rule, context: EvaluationContext): Results {
  const skips = new Skips(rule.id, context.nodes.length > 1);
  const results: Results = { findings: [], refuted: [], skipped: [] };
  const blocked = blockedNodes(rule, context);
  for (const [node, reason] of blocked) skips.add(node, [reason]);
  const { scopes, unknown } = scopesOf(rule, context, blocked);
  if (unknown.length > 0) skips.add(null, unknown);
  let left = 0;
  for (const scope of scopes) {
    const decision = decide(rule.when, 'when', scope);
    if (decision.value === 'unknown') skips.add(scope.node, decision.reasons);
    if (decision.value !== true || isRunWide(decision.matches, scope)) continue;
    const outcome = toFinding(
      decision.matches,
      scope,
      scope.node === null ? { ...scope, wide: true } : scope,
    );
    if ('refuted' in outcome) results.refuted.push(outcome.refuted);
    else if (results.findings.length < MAX_FINDINGS) results.findings.push(outcome.finding);
    else left++;
  }
  if (left > 0) skips.add(null, [`${MAX_FINDINGS} findings are listed, ${left} more are left out`]);
  results.skipped.push(...skips.entries(scopes.length + blocked.size));
  return results;
}

/** In a node's scope, what rests on instances of no node alone: the scope of no node reports that once. */
function isRunWide(matches: readonly Match[], scope: Scope): boolean {
  if (scope.node === null || scope.subject !== null || matches.length === 0) return false;
  if (![...conditionsOf(scope.rule)].some(({ condition }) => isFactCondition(condition))) return false;
  return matches.every(
    (match) => match.kind === 'fact' && match.instances.every((instance) => instance.node === null),
  );
}

function compareEvidence(a: Finding, b: Finding): number {
  const [x, y] = [a.evidence[0], b.evidence[0]];
  return compare(x?.file ?? '', y?.file ?? '') || (x?.line ?? 0) - (y?.line ?? 0);
}
