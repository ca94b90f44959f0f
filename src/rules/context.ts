import type { LogFileSummary, LogScan } from '../model/logs.js';
import type { FactInstance, FactResult, FactCondition, Rule } from '../model/rule.js';
import type { Available } from './needs.js';

/** Everything rules are evaluated over. */
export interface EvaluationContext {
  readonly nodes: readonly { readonly id: string; readonly collectedAt: number | null }[];
  /** Result of a fact by its name; asked often, so it should be memoised. */
  readonly facts: (name: string) => FactResult;
  readonly matches: LogScan['matches'];
  readonly available: Available;
  /** Where a log ends when the time of collection is not known. */
  readonly logFiles?: readonly LogFileSummary[];
}

/** What one evaluation of a rule's conditions looks at. */
export interface Scope {
  readonly rule: Rule;
  readonly context: EvaluationContext;
  /** The node looked at; null: no single node. */
  readonly node: string | null;
  /** True when instances and logs of all nodes are looked at. */
  readonly wide: boolean;
  /** For `per: instance`: the one instance the subject condition may match. */
  readonly subject: { readonly condition: FactCondition; readonly instance: FactInstance } | null;
}
