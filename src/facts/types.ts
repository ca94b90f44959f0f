/** Named facts: computed once per run from the parsed values, tested by rules, listed by `rules facts`. */
import type { LogScan } from '../model/logs.js';
import type { NodeFacts } from '../model/node.js';
import type { FactResult } from '../model/rule.js';
import type { CaptureTable } from '../model/capture.js';
import type { Trace } from '../model/trace.js';

/** Everything the phases before rules have produced. */
export interface FactContext {
  readonly nodes: readonly NodeFacts[];
  readonly logs: LogScan;
  readonly trace: Trace | null;
  readonly captures: readonly CaptureTable[];
  /** What the user asked about, if anything. */
  readonly question: Question;
}

export interface Question {
  readonly src: { readonly ip: string; readonly port: number | null } | null;
  readonly dst: { readonly ip: string; readonly port: number | null } | null;
  readonly protocol: string | null;
  /** Milliseconds since the epoch. */
  readonly since: number | null;
  readonly until: number | null;
}

export interface FactDefinition {
  readonly name: string;
  /** One sentence: what an instance stands for. */
  readonly description: string;
  /** Every field an instance has, with what it means: rules that name another field are refused at load. */
  readonly fields: Readonly<
    Record<
      string,
      {
        readonly type: 'string' | 'number' | 'boolean';
        readonly about: string;
        /** Every value it can have when it is known; absent when any text may stand there. */
        readonly values?: readonly string[];
      }
    >
  >;
  /** Pure. Asks nothing of the clock, the file system or other facts' order. */
  readonly compute: (context: FactContext) => FactResult;
}
