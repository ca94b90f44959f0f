import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTemplate, render } from '../../src/rules/template.js';

const values = (
  fields: Record<string, (string | number | null)[]>,
): Map<string, (string | number | null)[]> => new Map(Object.entries(fields));

describe('templates', () => {
  it('print the first value, or all distinct ones', () => {
    const fields = values({ pod: ['a', 'b', 'a'], many: [1, 2, 3, 4, 5, 6, 7] });
    expect(render('{{ pod }} of {{pod|all}}; {{ many | all }}', fields)).toBe(
      'a of a, b; 1, 2, 3, 4, 5 and 2 more',
    );
  });

  it('say unknown for what is not known', () => {
    expect(render('{{ pod }} {{ x | all }}', values({ pod: [null] }))).toBe('unknown unknown');
  });

  it('print a value on one line without control characters or bidi marks', () => {
    const fields = values({ pod: ['a\u001b[31m\r\nb\u202ec\u0000\u2028d'] });
    expect(render('{{ pod }}', fields)).toBe('a [31m b c d');
  });

  it('cut long values', () => {
    expect(render('{{ pod }}', values({ pod: ['x'.repeat(5000)] })).length).toBe(300);
  });

  it('never print what a shell would not take literally, in commands and between backticks', () => {
    const fields = values({ pod: ['$(reboot)'], ns: ['kube-system'], opt: ['-rf'] });
    expect(render('kubectl get pod {{ pod }} -n {{ ns }} {{ opt }}', fields, 'command')).toBe(
      'kubectl get pod <pod> -n kube-system <opt>',
    );
    expect(render('see `kubectl logs {{ pod }}` of {{ pod }}', fields)).toBe(
      'see `kubectl logs <pod>` of $(reboot)',
    );
  });

  it('do not fill in what a value contains', () => {
    expect(render('{{ pod }}', values({ pod: ['{{ secret }}'], secret: ['x'] }))).toBe('{{ secret }}');
  });

  it('report wrong syntax', () => {
    expect(parseTemplate('{{ a').errors).toEqual(['`{{` is not closed']);
    expect(parseTemplate('{{ a.b }}').errors).toEqual(['`{{ a.b }}` is not a field name']);
    expect(parseTemplate('{{ a | upper }}').errors).toEqual([
      'unknown filter `upper`; the only one is `all`',
    ]);
  });

  it('whatever a value holds, a command gets one safe word and a text one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (value) => {
        const fields = values({ v: [value] });
        expect(render('x {{ v }}', fields, 'command')).toMatch(/^x ([A-Za-z0-9_.:/@-]+|<v>)$/);
        expect(render('{{ v }}', fields)).not.toMatch(
          /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/,
        );
      }),
    );
  });
});
