import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Condition } from '../../src/model/rule.js';
import { evaluateRules } from '../../src/rules/evaluate.js';
import { at, context, instance, known, record, rule } from './support/build.js';

const YES: Condition = { fact: 'yes' };
const NO: Condition = { fact: 'no' };
const UNKNOWN: Condition = { fact: 'unknown' };
const FACTS = { yes: known(instance({ a: 1 })), no: known() };

/** `finding`, `skipped` or `nothing` for a condition over facts that hold, do not, or are not known. */
function outcome(when: Condition): string {
  const { findings, skipped } = evaluateRules([rule({ when })], context({ facts: FACTS }));
  return findings.length > 0 ? 'finding' : skipped.length > 0 ? 'skipped' : 'nothing';
}

describe('conditions', () => {
  it.each<[Condition, string]>([
    [YES, 'finding'],
    [NO, 'nothing'],
    [UNKNOWN, 'skipped'],
    [{ not: YES }, 'nothing'],
    [{ not: NO }, 'finding'],
    [{ not: UNKNOWN }, 'skipped'],
    [{ all: [YES, YES] }, 'finding'],
    [{ all: [YES, NO] }, 'nothing'],
    [{ all: [YES, UNKNOWN] }, 'skipped'],
    [{ all: [NO, UNKNOWN] }, 'nothing'],
    [{ any: [NO, YES] }, 'finding'],
    [{ any: [NO, NO] }, 'nothing'],
    [{ any: [UNKNOWN, YES] }, 'finding'],
    [{ any: [UNKNOWN, NO] }, 'skipped'],
    [{ any: [{ all: [YES, { not: NO }] }, UNKNOWN] }, 'finding'],
    [{ fact: 'yes', min: 2 }, 'nothing'],
    [{ fact: 'yes', where: { a: 1 } }, 'finding'],
    [{ fact: 'yes', where: { a: 2 } }, 'nothing'],
  ])('%j: %s', (when, expected) => {
    expect(outcome(when)).toBe(expected);
  });
});

describe('what is needed', () => {
  const two = [
    { id: 'n1', collectedAt: null },
    { id: 'n2', collectedAt: null },
  ];
  const facts = { yes: known(instance({ a: 1 }, 'n1'), instance({ a: 1 }, 'n2')) };

  it('and there nowhere: the rule is skipped with the reason', () => {
    const given = context({ nodes: two, facts, missing: ['iptables'] });
    expect(evaluateRules([rule({ when: YES, needs: ['iptables'] })], given)).toEqual({
      findings: [],
      refuted: [],
      skipped: [{ rule: 'a-rule', reason: 'no iptables', node: null }],
    });
  });

  it('and missing on one node: evaluated on the other, and the skip names the node', () => {
    const given = context({ nodes: two, facts, missing: ['n2:iptables'] });
    const { findings, skipped } = evaluateRules([rule({ when: YES, needs: ['iptables'] })], given);
    expect(findings.map(({ node }) => node)).toEqual(['n1']);
    expect(skipped).toEqual([{ rule: 'a-rule', reason: 'n2: no iptables', node: 'n2' }]);
  });

  it('is said once when it is missing everywhere, also for findings per instance', () => {
    const given = context({ nodes: two, missing: ['trace'] });
    expect(evaluateRules([rule({ when: YES, needs: ['trace'], per: 'instance' })], given).skipped).toEqual([
      { rule: 'a-rule', reason: 'no trace', node: null },
    ]);
  });

  it('holds back instances of the node it is missing on', () => {
    const given = context({ nodes: two, facts, missing: ['n2:iptables'] });
    const { findings } = evaluateRules([rule({ when: YES, needs: ['iptables'], per: 'instance' })], given);
    expect(findings.map(({ node }) => node)).toEqual(['n1']);
  });

  it('a fact that is not known skips with its reason, and one that throws is not known', () => {
    const given = context();
    expect(evaluateRules([rule({ when: UNKNOWN })], given).skipped[0]!.reason).toBe('no fact unknown');
    const throwing = {
      ...given,
      facts: () => {
        throw new Error('disk on\nfire');
      },
    };
    const { skipped } = evaluateRules([rule({ when: YES }), rule({ id: 'b', when: { not: YES } })], throwing);
    expect(skipped.map(({ rule: id, reason }) => `${id}: ${reason}`)).toEqual([
      'a-rule: fact yes could not be computed: disk on fire',
      'b: fact yes could not be computed: disk on fire',
    ]);
  });

  it('a rule that fails ends only itself', () => {
    const broken = rule({ id: 'broken', when: { fact: 'yes', where: { a: { matches: 'x(' } } } });
    const { findings, skipped } = evaluateRules([broken, rule({ when: YES })], context({ facts: FACTS }));
    expect(findings.map((finding) => finding.rule)).toEqual(['a-rule']);
    expect(skipped).toEqual([
      {
        rule: 'broken',
        reason: 'it could not be evaluated: pattern does not compile: missing closing ): x(',
        node: null,
      },
    ]);
  });

  it('without a bundle logs are not known and facts of captures are', () => {
    const log: Condition = { log: 'ipamd', pattern: 'x' };
    const given = context({ nodes: [], facts: { yes: known(instance({ a: 1 }, null)) } });
    expect(evaluateRules([rule({ when: log })], given).skipped[0]!.reason).toBe('no bundle was given');
    expect(evaluateRules([rule({ when: YES })], given).findings).toHaveLength(1);
  });
});

describe('judgements', () => {
  const judged = (given: Parameters<typeof rule>[0]): ReturnType<typeof evaluateRules> =>
    evaluateRules([rule({ confidence: 'medium', ...given })], context({ facts: FACTS }));
  const yes = { when: YES, because: 'a is {{ a }}.' };
  const no = { when: NO, because: 'never' };
  const unknown = { when: UNKNOWN, because: 'never' };

  it('refute: no finding, and the reason is kept', () => {
    const { findings, refuted } = judged({ when: YES, refute: [no, yes] });
    expect(findings).toEqual([]);
    expect(refuted).toEqual([{ rule: 'a-rule', node: 'n1', because: 'a is 1.' }]);
  });

  it('what is not known refutes and weakens nothing', () => {
    const { findings } = judged({ when: YES, refute: [unknown], weaken: [unknown], strengthen: [unknown] });
    expect(findings[0]).toMatchObject({ confidence: 'medium', against: [], diagnosis: 'It is broken.' });
  });

  it('weaken: one step down each, and said against it', () => {
    expect(judged({ when: YES, weaken: [yes] }).findings[0]).toMatchObject({
      confidence: 'low',
      against: ['a is 1.'],
    });
    expect(judged({ when: YES, confidence: 'high', weaken: [yes] }).findings[0]!.confidence).toBe('medium');
    expect(judged({ when: YES, weaken: [yes, yes, yes] }).findings[0]!.confidence).toBe('low');
  });

  it('weaken with a severity: at most that severe, never more than the rule', () => {
    const severities = (severity: 'critical' | 'info', allowed: readonly ('medium' | 'low')[]): unknown =>
      evaluateRules(
        [
          rule({
            when: YES,
            severity,
            weaken: allowed.map((most) => ({ when: YES, because: 'so', severity: most })),
          }),
        ],
        context({ facts: FACTS }),
      ).findings.map((finding) => finding.severity);
    expect(severities('critical', ['medium', 'low'])).toEqual(['low']);
    expect(severities('critical', ['medium'])).toEqual(['medium']);
    expect(severities('info', ['low'])).toEqual(['info']);
  });

  it('strengthen: high, and added to the diagnosis; weaken counts from there', () => {
    const strong = judged({ when: YES, confidence: 'low', strengthen: [yes, no] });
    expect(strong.findings[0]).toMatchObject({ confidence: 'high', diagnosis: 'It is broken. a is 1.' });
    expect(
      judged({ when: YES, confidence: 'low', strengthen: [yes], weaken: [yes] }).findings[0]!.confidence,
    ).toBe('medium');
  });

  it('may look at the instance the finding is about', () => {
    const facts = {
      denied: known(instance({ pod: 'a' }), instance({ pod: 'b' })),
      accepted: known(instance({ pod: 'b' })),
    };
    const one = rule({
      when: { fact: 'denied' },
      per: 'instance',
      diagnosis: '{{ pod }}',
      refute: [{ when: { fact: 'accepted', where: { pod: '$.pod' } }, because: '{{ pod }} works' }],
    });
    const { findings, refuted } = evaluateRules([one], context({ facts }));
    expect(findings.map(({ diagnosis }) => diagnosis)).toEqual(['a']);
    expect(refuted.map(({ because }) => because)).toEqual(['b works']);
  });
});

describe('per', () => {
  const nodes = [
    { id: 'n1', collectedAt: at(60) },
    { id: 'n2', collectedAt: at(60) },
  ];
  const facts = {
    yes: known(instance({ a: 1 }, 'n1'), instance({ a: 2 }, 'n1'), instance({ a: 3 }, 'n2')),
    whole: known(instance({ w: 1 }, null)),
    elsewhere: known(instance({ a: 9 }, 'n9')),
  };
  const found = (given: Parameters<typeof rule>[0]): (readonly [string | null, string])[] =>
    evaluateRules([rule({ diagnosis: '{{ count }}', ...given })], context({ nodes, facts })).findings.map(
      ({ node, diagnosis }) => [node, diagnosis] as const,
    );

  it('node: one finding for each node with its instances', () => {
    expect(found({ when: YES })).toEqual([
      ['n1', '2'],
      ['n2', '1'],
    ]);
  });

  it('instance: one finding for each instance that passes', () => {
    expect(found({ when: { fact: 'yes', where: { a: { gte: 2 } } }, per: 'instance' })).toEqual([
      ['n1', '1'],
      ['n2', '1'],
    ]);
  });

  it('run: one finding, of the only node its evidence is from', () => {
    expect(found({ when: YES, per: 'run' })).toEqual([[null, '3']]);
    expect(found({ when: { fact: 'yes', where: { a: 3 } }, per: 'run' })).toEqual([['n2', '1']]);
  });

  it('what belongs to no node is reported once', () => {
    expect(found({ when: { fact: 'whole' } })).toEqual([[null, '1']]);
    expect(found({ when: { fact: 'whole' }, per: 'instance' })).toEqual([[null, '1']]);
  });

  it('and counts beside what belongs to a node', () => {
    expect(found({ when: { all: [YES, { fact: 'whole' }] } })).toEqual([
      ['n1', '2'],
      ['n2', '1'],
    ]);
  });

  it('a node known from captures alone is a node', () => {
    expect(found({ when: { fact: 'elsewhere' } })).toEqual([['n9', '1']]);
  });

  it('lists 200 findings and counts the rest', () => {
    const many = { yes: known(...Array.from({ length: 250 }, (_, a) => instance({ a }))) };
    const { findings, skipped } = evaluateRules(
      [rule({ when: YES, per: 'instance' })],
      context({ facts: many }),
    );
    expect(findings).toHaveLength(200);
    expect(skipped.map(({ reason }) => reason)).toEqual(['200 findings are listed, 50 more are left out']);
  });
});

describe('a finding', () => {
  it('prints, proves and joins what it rests on', () => {
    const records = Array.from({ length: 9 }, (_, i) => record(`pod cart-${i} failed`, i + 0.001));
    const one = rule({
      when: { log: 'ipamd', pattern: 'pod (?P<pod>\\S+) failed' },
      params: { limit: 5 },
      title: 'Pod {{ pod }} on {{ node }}',
      diagnosis: '{{ count }} times, {{ pod | all }}, {{ first }} to {{ last }}, limit {{ limit }}',
      long_term: 'Watch {{ pod }}.',
      next_steps: [{ why: 'See {{ pod }}', command: 'kubectl get pod {{ pod }}' }],
    });
    const [finding] = evaluateRules([one], context({ logs: { when: records } })).findings;
    expect(finding).toMatchObject({
      rule: 'a-rule',
      node: 'n1',
      title: 'Pod cart-0 on n1',
      diagnosis:
        '9 times, cart-0, cart-1, cart-2, cart-3, cart-4 and 4 more, 2026-11-20T00:00:00Z to 2026-11-20T00:08:00Z, limit 5',
      fields: { pod: 'cart-0' },
      long_term: 'Watch cart-0.',
      next_steps: [{ why: 'See cart-0', command: 'kubectl get pod cart-0' }],
    });
    // The first five and the last one.
    expect(finding!.evidence.map(({ content }) => content)).toEqual(
      [0, 1, 2, 3, 4, 8].map((i) => `pod cart-${i} failed`),
    );
    expect(finding!.evidence[0]).toEqual({
      type: 'search',
      node: 'n1',
      file: 'ipamd.log',
      line: 1,
      time: '2026-11-20T00:00:00.060Z',
      content: 'pod cart-0 failed',
    });
  });

  it('takes evidence from each condition in turn', () => {
    const item = (line: number): ReturnType<typeof instance>['evidence'][number] => ({
      type: 'network_diagnostics',
      node: 'n1',
      file: 'networking/iproute.txt',
      line,
      time: null,
      content: `route ${line}`,
    });
    const facts = { routes: known({ ...instance({ a: 1 }), evidence: [1, 2, 3, 4, 5, 6].map(item) }) };
    const logs = { 'when.all[0]': [record('failed', 1), record('failed', 2)] };
    const one = rule({ when: { all: [{ log: 'ipamd', pattern: 'failed' }, { fact: 'routes' }] } });
    const [finding] = evaluateRules([one], context({ facts, logs })).findings;
    expect(finding!.evidence.map(({ content, line }) => `${content} ${line}`)).toEqual([
      'failed 11',
      'failed 21',
      'route 1 1',
      'route 2 2',
      'route 3 3',
    ]);
  });

  it('proves a fact without evidence by its fields', () => {
    const [finding] = evaluateRules([rule({ when: YES })], context({ facts: FACTS })).findings;
    expect(finding!.evidence).toEqual([
      { type: 'network_diagnostics', node: 'n1', file: null, line: null, time: null, content: 'a=1' },
    ]);
  });

  it('a fact field named like a built-in field wins', () => {
    const facts = { flows: known(instance({ count: 42 })) };
    const one = rule({ when: { fact: 'flows' }, diagnosis: '{{ count }}' });
    expect(evaluateRules([one], context({ facts })).findings[0]!.diagnosis).toBe('42');
  });
});

describe('order', () => {
  it('by severity, id and node, whatever the order of rules, nodes and records', () => {
    const nodes = ['n1', 'n2', 'n3'].map((id) => ({ id, collectedAt: at(60) }));
    const records = nodes.flatMap(({ id }) =>
      [1, 2, 3].map((minute) => record(`failed ${minute}`, minute, { node: id })),
    );
    const rules = (['low', 'critical', 'high'] as const).flatMap((severity) =>
      ['b', 'a'].map((name) =>
        rule({ id: `${name}-${severity}`, severity, when: { log: 'ipamd', pattern: 'failed' } }),
      ),
    );
    const results = (order: readonly number[]): string => {
      const pick = <T>(list: readonly T[]): T[] =>
        list.map((_, i) => list[(i + order[i % order.length]!) % list.length]!);
      const shuffled = [...new Set(pick(records))];
      const all = [...shuffled, ...records.filter((one) => !shuffled.includes(one))];
      const given = context({ nodes });
      const matches = new Map(
        rules.map(({ id }) => [
          `${id}/when`,
          [...new Set(all.map(({ node }) => node))].map((node) => {
            const own = all.filter((one) => one.node === node);
            return {
              queryId: `${id}/when`,
              count: own.length,
              first: null,
              last: null,
              records: own,
              cut: false,
            };
          }),
        ]),
      );
      const some = [...new Set(pick(rules))];
      const every = [...some, ...rules.filter((one) => !some.includes(one))];
      return JSON.stringify(evaluateRules(every, { ...given, matches }));
    };
    const expected = results([0]);
    const ids = (JSON.parse(expected) as { findings: { rule: string; node: string }[] }).findings;
    expect(ids.slice(0, 4).map(({ rule: id, node }) => `${id} ${node}`)).toEqual([
      'a-critical n1',
      'a-critical n2',
      'a-critical n3',
      'b-critical n1',
    ]);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 8 }), { minLength: 1, maxLength: 9 }), (order) => {
        expect(results(order)).toBe(expected);
      }),
    );
  });
});
