import { CATEGORIES, SEVERITIES } from '../model/rule.js';
import { DURATION } from './duration.js';
import { LOG_LEVELS, LOG_SOURCES } from './sources.js';

/** A JSON Schema, draft-07. */
export type Schema = Readonly<Record<string, unknown>>;

const name = '^[a-z][a-z0-9_]*$';
const text = { type: 'string', minLength: 1, maxLength: 4000 };
const scalar = { type: ['string', 'number', 'boolean', 'null'] };
const list = { type: 'array', items: scalar, minItems: 1, maxItems: 200 };
const ref = (definition: string): Schema => ({ $ref: `#/definitions/${definition}` });
const durationOrParam = {
  type: 'string',
  pattern: `${DURATION}|^\\$[a-z][a-z0-9_]*$`,
  description: 'a duration such as 90s, 10m, 2h or 1d, or $name of a parameter',
};
const numberOrParam = {
  if: { type: 'string' },
  then: { pattern: '^\\$(\\.)?[a-z][a-z0-9_]*$', description: 'a number, $name of a parameter or $.field' },
  else: { type: 'number' },
};
const oneOrMore = (values: readonly string[]): Schema => ({
  if: { type: 'array' },
  then: { type: 'array', items: { enum: values }, minItems: 1, uniqueItems: true },
  else: { enum: values },
});
const object = (required: readonly string[], properties: Schema): Schema => ({
  type: 'object',
  required,
  properties,
  additionalProperties: false,
});
/** The first branch whose key is there decides what else may stand beside it: errors then speak of that kind. */
const byKey = (kinds: readonly (readonly [string, Schema])[], otherwise: Schema): Schema =>
  kinds.reduceRight<Schema>(
    (rest, [key, schema]) => ({ if: { type: 'object', required: [key] }, then: schema, else: rest }),
    otherwise,
  );

const severity = { enum: SEVERITIES };
const confidence = { enum: ['high', 'medium', 'low'] };
const id = {
  type: 'string',
  pattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*$',
  maxLength: 64,
  description: 'lower-case words joined by single dashes',
};
const params = {
  type: 'object',
  propertyNames: { pattern: name, description: 'a lower-case name' },
  additionalProperties: scalar,
};

const groupName: Schema = {
  type: 'string',
  pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
  description: 'the name of a group',
};

const definitions: Readonly<Record<string, Schema>> = {
  entry: byKey(
    [
      ['override', ref('override')],
      ['enabled', ref('switch')],
    ],
    ref('rule'),
  ),
  rule: object(
    ['id', 'title', 'category', 'severity', 'confidence', 'when', 'diagnosis', 'resolution', 'safety'],
    {
      id,
      title: { ...text, maxLength: 200 },
      category: { enum: CATEGORIES },
      severity,
      confidence,
      source: text,
      comment: text,
      needs: { type: 'array', items: { type: 'string' }, uniqueItems: true },
      params,
      per: { enum: ['node', 'instance', 'run'] },
      when: ref('condition'),
      refute: { type: 'array', items: ref('judgement') },
      weaken: { type: 'array', items: ref('weakening') },
      strengthen: { type: 'array', items: ref('judgement') },
      diagnosis: text,
      resolution: text,
      safety: { enum: ['green', 'yellow', 'red'] },
      long_term: text,
      next_steps: {
        type: 'array',
        items: object(['why', 'command'], { why: text, command: text }),
        maxItems: 20,
      },
    },
  ),
  override: object(['id', 'override'], {
    id,
    override: { ...object([], { severity, confidence, params }), minProperties: 1 },
  }),
  switch: object(['id', 'enabled'], { id, enabled: { type: 'boolean' } }),
  judgement: object(['when', 'because'], { when: ref('condition'), because: text }),
  weakening: object(['when', 'because'], { when: ref('condition'), because: text, severity }),
  condition: byKey(
    [
      ['all', object(['all'], { all: ref('conditions') })],
      ['any', object(['any'], { any: ref('conditions') })],
      ['not', object(['not'], { not: ref('condition') })],
      ['fact', ref('factCondition')],
      ['log', ref('logCondition')],
    ],
    {
      type: 'object',
      minProperties: 1,
      maxProperties: 0,
      description: 'one of the keys all, any, not, fact, log',
    },
  ),
  conditions: { type: 'array', items: ref('condition'), minItems: 1, maxItems: 50 },
  factCondition: object(['fact'], {
    fact: { type: 'string' },
    where: { type: 'object', additionalProperties: ref('test') },
    min: { type: 'integer', minimum: 1 },
  }),
  logCondition: object(['log', 'pattern'], {
    log: oneOrMore(LOG_SOURCES),
    pattern: text,
    level: { type: 'array', items: { enum: LOG_LEVELS }, minItems: 1, uniqueItems: true },
    min: { type: 'integer', minimum: 1 },
    within: durationOrParam,
    spread: durationOrParam,
    recovered_by: ref('recovery'),
    beside: ref('companion'),
  }),
  recovery: object(['log', 'pattern'], {
    log: oneOrMore(LOG_SOURCES),
    pattern: text,
    lasting: durationOrParam,
    same: groupName,
  }),
  companion: {
    ...object(['log', 'pattern'], {
      log: oneOrMore(LOG_SOURCES),
      pattern: text,
      same: groupName,
      within: durationOrParam,
      order: { enum: ['before', 'after'] },
      on: { enum: ['node', 'any'] },
    }),
    minProperties: 3,
  },
  test: {
    if: { type: 'object' },
    then: {
      ...object([], {
        eq: scalar,
        ne: scalar,
        gt: numberOrParam,
        gte: numberOrParam,
        lt: numberOrParam,
        lte: numberOrParam,
        in: list,
        not_in: list,
        matches: text,
        exists: { type: 'boolean' },
      }),
      minProperties: 1,
    },
    else: { if: { type: 'array' }, then: list, else: scalar },
  },
};

/** What one entry of a rule file may be; `ruleFileSchema` without the list around it. */
export const entrySchema: Schema = { ...ref('entry'), definitions };

/** The JSON Schema of a rule file: one rule, or a list of rules, overrides and switches. */
export const ruleFileSchema: Schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'eks-netcheck rule file',
  if: { type: 'array' },
  then: { type: 'array', items: ref('entry'), minItems: 1 },
  else: ref('entry'),
  definitions,
};
