import { describe, expect, it } from 'vitest';
import { readYaml } from '../../src/rules/yaml.js';

const problemsOf = (text: string): string[] =>
  readYaml(text, 'x.yaml').problems.map(({ line, column, message }) => `${line}:${column} ${message}`);

describe('reading YAML', () => {
  it('gives the value and the places of its parts', () => {
    const yaml = readYaml('- id: a\n  list:\n    - one\n    - two\n- id: b\n', 'x.yaml');
    expect(yaml.value).toEqual([{ id: 'a', list: ['one', 'two'] }, { id: 'b' }]);
    expect(yaml.place([0, 'list', 1])).toEqual({ line: 4, column: 7 });
    expect(yaml.place([0], 'list')).toEqual({ line: 2, column: 3 });
    expect(yaml.place([1, 'not there'])).toEqual({ line: 5, column: 3 });
    expect(yaml.excerpt([0])).toBe('id: a\nlist:\n  - one\n  - two');
  });

  it('refuses aliases, also harmless ones', () => {
    expect(problemsOf('a: &x [1]\nb: *x\n')).toEqual(['2:4 aliases (`*name`) are not allowed']);
  });

  it('refuses a bomb of aliases at once', () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(',')}]`,
    );
    expect(problemsOf(['l0: &l0 [x]', ...levels].join('\n'))).toEqual([
      '2:10 aliases (`*name`) are not allowed',
    ]);
  });

  it('refuses nesting that is too deep, large files, broken text, duplicate keys, tags', () => {
    expect(problemsOf('['.repeat(5000))).toHaveLength(1);
    expect(problemsOf(`${'['.repeat(90)}${']'.repeat(90)}`)).toEqual(['1:1 it is nested too deeply']);
    expect(problemsOf(`a: ${'x'.repeat(1024 * 1024)}`)).toEqual(['1:1 the file is larger than 1 MB']);
    expect(problemsOf('a: [1\nb: 2')[0]).toMatch(/^2:\d+ YAML: /);
    expect(problemsOf('a: 1\na: 2\n')).toEqual(['2:1 YAML: Map keys must be unique']);
    expect(problemsOf('a: !!js/function x\n')[0]).toMatch(/^1:4 YAML: Unresolved tag/);
  });

  it('keeps hostile keys as plain own keys', () => {
    const value = readYaml('__proto__: { polluted: true }\nconstructor: 1\n', 'x.yaml').value as object;
    expect(Object.keys(value).sort()).toEqual(['__proto__', 'constructor']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
