import type { FactInstance } from '../../model/rule.js';
import type { NodeFacts } from '../../model/node.js';

export type CheckStatus = 'ok' | 'warning' | 'wrong' | 'unknown';

export interface CheckEvidence {
  readonly file: string;
  /** Null where what is said is that something is not in the file. */
  readonly line: number | null;
  readonly text: string;
}

/** One invariant of a healthy node and what became of it. */
export interface Check {
  /** Stable name, unique in its section. */
  readonly id: string;
  readonly status: CheckStatus;
  /** What was looked at and found, in one sentence. */
  readonly reason: string;
  readonly evidence: readonly CheckEvidence[];
}

export interface CheckInput {
  readonly node: NodeFacts;
  /** Instances of a fact on this node; null when it cannot be told. */
  readonly fact: (name: string) => readonly FactInstance[] | null;
}

/** Pure: answers one check, or several of one id's family; none where it does not apply to this node. */
export type CheckFunction = (input: CheckInput) => readonly Check[];
