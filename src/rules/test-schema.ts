import type { FactValue, Rule } from '../model/rule.js';
import type { LogSource } from '../model/logs.js';
import { LOG_SOURCES } from './sources.js';
import type { Schema } from './schema.js';

export const CASE_KINDS = ['positive', 'negative', 'near-miss'] as const;
export type CaseKind = (typeof CASE_KINDS)[number];

/** A finding a case expects; keys beside `id` are compared when they are there. */
export interface ExpectedFinding {
  readonly id: string;
  readonly severity?: Rule['severity'];
  readonly confidence?: Rule['confidence'];
  readonly node?: string;
  /** A part of the diagnosis. */
  readonly diagnosis?: string;
  /** A part of what is said against it. */
  readonly against?: string;
}

/** One case of a `.test.yaml` file. */
export interface RuleCase {
  readonly name: string;
  readonly kind: CaseKind;
  readonly collected_at?: string;
  readonly logs?: readonly {
    readonly source: LogSource;
    readonly node?: string;
    readonly file?: string;
    readonly lines: string;
  }[];
  /** Facts that are known, with their instances; `$node` names the node, a field left out is null. */
  readonly facts?: Readonly<Record<string, readonly Readonly<Record<string, FactValue>>[]>>;
  /** Words under `needs` that are not there. */
  readonly missing?: readonly string[];
  /** Every finding of the rules under test: no more, no less. */
  readonly expect: readonly (string | ExpectedFinding)[];
  /** Rules that must be dismissed or skipped; others may be. */
  readonly refuted?: readonly string[];
  readonly skipped?: readonly string[];
}

const text = { type: 'string', minLength: 1 };
const ids = { type: 'array', items: text };
const scalar = { type: ['string', 'number', 'boolean', 'null'] };
const object = (required: readonly string[], properties: Schema): Schema => ({
  type: 'object',
  required,
  properties,
  additionalProperties: false,
});

/** The JSON Schema of one case. */
export const caseSchema: Schema = object(['name', 'kind', 'expect'], {
  name: text,
  kind: { enum: CASE_KINDS },
  collected_at: {
    type: 'string',
    pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$',
    description: 'a time such as 2026-11-20T22:30:00Z',
  },
  logs: {
    type: 'array',
    items: object(['source', 'lines'], {
      source: { enum: LOG_SOURCES },
      node: text,
      file: text,
      lines: { type: 'string' },
    }),
  },
  facts: {
    type: 'object',
    additionalProperties: { type: 'array', items: { type: 'object', additionalProperties: scalar } },
  },
  missing: ids,
  expect: {
    type: 'array',
    items: {
      if: { type: 'object' },
      then: object(['id'], {
        id: text,
        severity: text,
        confidence: text,
        node: text,
        diagnosis: text,
        against: text,
      }),
      else: text,
    },
  },
  refuted: ids,
  skipped: ids,
});
