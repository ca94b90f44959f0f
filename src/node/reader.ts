import { problem } from '../errors.js';
import type { Limits } from '../limits.js';
import type { Collected, CollectionState } from '../model/location.js';
import type { Bundle, Problem, SourceFile } from '../model/source.js';
import type { Parsed } from '../artifacts/parsed.js';
import { candidates, findFile, type Artifact } from './files.js';
import { readLines, readText, type LineStats } from './read.js';

/** Error texts that commands and servers leave where their output was expected. */
const ERROR_TEXT =
  /command not found|failed to run command|No such file or directory|Permission denied|Operation not permitted|^(?:404 page )?Not Found|Internal Server Error|^\s*<(?:!doctype|html)|not installed|not present, skipping|Connection refused|connection refused/im;

/** Reads the artifacts of one bundle, says in which state each is, and gathers what went wrong. */
export class ArtifactReader {
  readonly problems: Problem[] = [];

  constructor(
    readonly bundle: Bundle,
    readonly limits: Limits,
  ) {}

  /** An artifact that is parsed from its whole text. `empty` is the value where there is nothing to parse. */
  text<T>(artifact: Artifact, empty: T, parse: (text: string, path: string) => Parsed<T>): Collected<T> {
    const file = findFile(this.bundle, artifact);
    if (file === null) return this.missing(artifact, empty);
    return this.textFile(file, empty, parse);
  }

  /** The same for a file that was chosen already. */
  textFile<T>(file: SourceFile, empty: T, parse: (text: string, path: string) => Parsed<T>): Collected<T> {
    return this.guard(file, empty, () => {
      const { text, cut, binary } = readText(file);
      if (binary) return unreadable(file, empty, 'binary data');
      if (text.trim() === '') return blank(file, empty);
      return this.judge(file, empty, parse(text, file.path), cut, text);
    });
  }

  /** An artifact that is parsed line by line, in constant memory. */
  lines<T>(
    artifact: Artifact,
    empty: T,
    parse: (lines: Iterable<string>, path: string) => Parsed<T>,
  ): Collected<T> {
    const file = findFile(this.bundle, artifact);
    if (file === null) return this.missing(artifact, empty);
    return this.guard(file, empty, () => {
      if (file.size === 0) return blank(file, empty);
      const sample = readText(file, 4096);
      if (sample.binary) return unreadable(file, empty, 'binary data');
      if (sample.text.trim() === '' && file.size <= 4096) return blank(file, empty);
      const parsed = parse(this.linesOf(file), file.path);
      return this.judge(file, empty, parsed, false, sample.text);
    });
  }

  /** Lines of a file within the limits; a file that cannot be read, or lines that were cut, become problems. */
  *linesOf(file: SourceFile, maxBytes?: number): Generator<string> {
    const stats: LineStats = { longLines: 0, bytes: 0 };
    const options = {
      maxLineLength: this.limits.maxLineLength,
      ...(maxBytes === undefined ? {} : { maxBytes }),
    };
    try {
      yield* readLines(file, options, stats);
    } catch (error) {
      this.problems.push(problem('E_UNREADABLE', file.path, messageOf(error)));
    }
    if (stats.longLines > 0) {
      const message = `${stats.longLines} lines are longer than ${this.limits.maxLineLength} bytes`;
      this.problems.push(problem('E_LINE_TOO_LONG', file.path, message));
    }
  }

  /** Text of a small file, or null when there is none or it cannot be read. */
  small(artifact: Artifact): { text: string; path: string } | null {
    const file = findFile(this.bundle, artifact);
    if (file === null) return null;
    return this.guard<{ text: string; path: string } | null>(file, null, () => {
      const { text, binary } = readText(file, 1024 * 1024);
      return { state: 'ok', file: file.path, value: binary ? null : { text, path: file.path } };
    }).value;
  }

  missing<T>(artifact: Artifact, empty: T): Collected<T> {
    return { state: 'missing', file: candidates(artifact, this.bundle.kind)[0]!, value: empty };
  }

  private guard<T>(file: SourceFile, empty: T, read: () => Collected<T>): Collected<T> {
    try {
      return read();
    } catch (error) {
      this.problems.push(problem('E_UNREADABLE', file.path, messageOf(error)));
      return unreadable(file, empty, messageOf(error));
    }
  }

  private judge<T>(file: SourceFile, empty: T, parsed: Parsed<T>, cut: boolean, text: string): Collected<T> {
    // A document cut before its first piece is complete says nothing: it must not pass for an empty one.
    if (parsed.understood === 0) {
      const line = printable(text.split('\n').find((l) => l.trim() !== '') ?? '');
      const cutOff = (parsed.truncated ?? false) || cut || file.truncated ? 'it is cut off; ' : '';
      const message = parsed.note ?? `${cutOff}it reads: ${line}`;
      if (!ERROR_TEXT.test(text.slice(0, 4096)))
        this.problems.push(problem('E_PARSE', file.path, `Not understood; ${message}`));
      return unreadable(file, empty, message);
    }
    const truncated = cut || file.truncated || (parsed.truncated ?? false);
    const notes = [
      ...(truncated ? ['the end of the file is cut off'] : []),
      ...(parsed.notUnderstood > 0 ? [`${parsed.notUnderstood} lines or entries were not understood`] : []),
      ...(parsed.note === undefined ? [] : [parsed.note]),
    ];
    const state: CollectionState = truncated ? 'truncated' : 'ok';
    return {
      state,
      file: file.path,
      value: parsed.value,
      ...(notes.length > 0 ? { note: notes.join('; ') } : {}),
    };
  }
}

/** The beginning of a line for a message: no escape sequence of a stranger's file reaches a terminal. */
function printable(line: string): string {
  return line
    .slice(0, 400)
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+/g, ' ')
    .trim()
    .slice(0, 120);
}

function blank<T>(file: SourceFile, empty: T): Collected<T> {
  return { state: 'empty', file: file.path, value: empty, note: 'nothing is in it' };
}

function unreadable<T>(file: SourceFile, empty: T, note: string): Collected<T> {
  return { state: 'unreadable', file: file.path, value: empty, note };
}

/** System errors without the path of this machine. */
function messageOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? `it could not be read (${code})` : 'it could not be read';
}
