import {
  SEVERITIES,
  type Confidence,
  type Finding,
  type Judgement,
  type RefutedRule,
  type Severity,
  type Weakening,
} from '../model/rule.js';
import type { Scope } from './context.js';
import { decide, type Match } from './decide.js';
import { evidenceOf } from './evidence.js';
import { render, type TemplateValues } from './template.js';
import { findingFields, nodeOf, valuesOf } from './values.js';

const STEPS: readonly Confidence[] = ['high', 'medium', 'low'];

/** Makes the finding of a rule that held, or says why it was dismissed. `judged` is what its judgements look at. */
export function toFinding(
  matches: readonly Match[],
  scope: Scope,
  judged: Scope,
): { readonly finding: Finding } | { readonly refuted: RefutedRule } {
  const { rule } = scope;
  const values = valuesOf(matches, scope);
  const held = (kind: 'refute' | 'weaken' | 'strengthen') =>
    rule[kind].flatMap((judgement: Weakening, index) => {
      const decision = decide(judgement.when, `${kind}[${index}].when`, judged);
      if (decision.value !== true) return [];
      const { matches } = decision;
      return [
        { because: because(judgement, matches, judged, values), matches, severity: judgement.severity },
      ];
    });
  const [refutation] = held('refute');
  if (refutation !== undefined) {
    return { refuted: { rule: rule.id, node: nodeOf(matches, scope), because: refutation.because } };
  }
  const weaker = held('weaken');
  const stronger = held('strengthen');
  const start = stronger.length > 0 ? 0 : STEPS.indexOf(rule.confidence);
  const all = [...matches, ...stronger.flatMap((judgement) => judgement.matches)];
  return {
    finding: {
      rule: rule.id,
      severity: atMost(rule.severity, weaker),
      confidence: STEPS[Math.min(start + weaker.length, STEPS.length - 1)]!,
      category: rule.category,
      title: render(rule.title, values),
      diagnosis: [render(rule.diagnosis, values), ...stronger.map((judgement) => judgement.because)].join(
        ' ',
      ),
      resolution: render(rule.resolution, values),
      safety: rule.safety,
      node: nodeOf(matches, scope),
      evidence: evidenceOf(all),
      fields: findingFields(matches),
      against: weaker.map((judgement) => judgement.because),
      ...activityOf(matches),
      ...(rule.long_term === undefined ? {} : { long_term: render(rule.long_term, values) }),
      next_steps: rule.next_steps.map((step) => ({
        why: render(step.why, values),
        command: render(step.command, values, 'command'),
      })),
    },
  };
}

/** When the lines of the first log condition came. */
function activityOf(matches: readonly Match[]): Pick<Finding, 'activity'> {
  for (const match of matches)
    if (match.kind === 'log' && match.activity) return { activity: match.activity };
  return {};
}

/** The rule's severity, or the least of those that its weakenings allow. */
function atMost(
  severity: Severity,
  weaker: readonly { readonly severity: Severity | undefined }[],
): Severity {
  const steps = [severity, ...weaker.flatMap((w) => w.severity ?? [])].map((s) => SEVERITIES.indexOf(s));
  return SEVERITIES[Math.max(...steps)]!;
}

/** The judgement's own values come before those of the finding. */
function because(
  judgement: Judgement,
  matches: readonly Match[],
  scope: Scope,
  finding: TemplateValues,
): string {
  const own = matches.length === 0 ? new Map<string, never>() : valuesOf(matches, scope);
  return render(judgement.because, new Map([...finding, ...own]));
}
