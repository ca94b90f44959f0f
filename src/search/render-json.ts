/** The answers of a search as JSON. */
import type { Coverage } from './coverage.js';
import type { HitLine } from './line-text.js';
import type { LineWithContext } from './lines.js';
import { isoTime } from './numbers.js';
import type { PatternAnswer } from './pattern-rows.js';

const jsonLine = ({ node, file, line, time, text }: HitLine): object => ({
  node,
  file,
  line,
  time: isoTime(time),
  text,
});

export function patternsJson(answer: PatternAnswer, lines: number, coverage: Coverage): object {
  const { files, things, rules } = answer.related;
  return {
    patterns: answer.rows.map(({ example, first, last, ...row }) => ({
      ...row,
      first: isoTime(first),
      last: isoTime(last),
      example: jsonLine(example),
    })),
    total: { patterns: answer.patterns, lines },
    related: {
      files,
      entities: things.map((thing) => ({
        ...thing,
        first: isoTime(thing.first),
        last: isoTime(thing.last),
      })),
      rules,
    },
    coverage,
  };
}

export function linesJson(
  lines: readonly (HitLine | LineWithContext)[],
  total: number,
  coverage: Coverage,
): object {
  return {
    lines: lines.map((line) => ({
      ...jsonLine(line),
      ...('before' in line ? { before: line.before.map(jsonLine), after: line.after.map(jsonLine) } : {}),
    })),
    total: { lines: total },
    coverage,
  };
}
