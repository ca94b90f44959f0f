import type { FactContext } from '../facts/types.js';
import type { CaptureTable } from '../model/capture.js';
import type { DocMissing } from '../model/document.js';
import type { Rule, RuleResults } from '../model/rule.js';
import type { Bundle, Problem } from '../model/source.js';

/** Everything the phases before have produced; diagnosis joins it and measures nothing itself. */
export interface DiagnosisInput {
  readonly context: FactContext;
  readonly bundles: readonly Bundle[];
  readonly tables: readonly CaptureTable[];
  /** The rules that were evaluated. */
  readonly rules: readonly Rule[];
  readonly results: RuleResults;
  readonly missing: readonly DocMissing[];
  readonly problems: readonly Problem[];
  readonly corroboration: Corroboration | null;
  /** Flow to show packet by packet, an index into the trace's flows; null: the first in question. */
  readonly ladderFlow: number | null;
}

/** What simulation says of the flow in question on the node where the captures lose it. */
export interface Corroboration {
  readonly node: string;
  /** `agrees`: the node's own configuration drops or refuses it; `contradicts`: it would pass it on. */
  readonly verdict: 'agrees' | 'contradicts' | 'open';
  /** The rule or route that decides, as it stands in the file; null when none does. */
  readonly text: string | null;
  readonly kind: 'rule' | 'route' | 'policy' | 'rp_filter' | 'sysctl' | null;
  readonly file: string | null;
  readonly line: number | null;
  readonly packets: number | null;
}
