/** What a scene is: traffic of one kind between two hosts, and what a single capture of it may and must say. */
import type { Cable } from '../types.js';
import type { CheckClass } from '../../src/inspect/types.js';

/** Check id → class, for all that is worse than `information`. */
export type Alarms = Readonly<Record<string, Extract<CheckClass, 'fault' | 'suspicious'>>>;

export interface Scene {
  /** Name of its function in `traffic/scene.py`, with `-` for `_`, unless `plays` says another. */
  readonly name: string;
  readonly plays?: string;
  readonly why: string;
  /** Shell lines before it begins; `{client}`, `{server}` and `{router}` stand for the namespaces. */
  readonly setup?: readonly string[];
  readonly cable?: Cable;
  readonly snaplen?: number;
  /** What the capture at either host must say, exactly; nothing where absent. */
  readonly client?: Alarms;
  readonly server?: Alarms;
  /** Check ids that must have counted something at the client, so that the scene shows what it claims to. */
  readonly sees?: readonly string[];
}
