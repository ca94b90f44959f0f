/**
 * The library: what the command line is made of. Importing it does nothing. Results are plain values, all errors that
 * people can meet are `NetcheckError`s with a code and a hint.
 */
export { analyze, trace, builtinAndOwnRules as loadRules, type RunOptions } from './run.js';
export { openBundle, type OpenOptions, type OpenedBundle } from './open-bundle.js';
export type { PhaseOptions, Progress } from './phases.js';
export type { Question } from './facts/types.js';
export { DEFAULT_LIMITS, type Limits } from './limits.js';
export { ERRORS, NetcheckError, type ErrorCode } from './errors.js';
export * from './simulate/index.js';
export { FORMATS, render, type Format } from './report/index.js';
export type { TextOptions } from './report/layout.js';
export { readDocument } from './report/read-document.js';
export { redactDocument, type Redacted, type RedactOptions } from './redact/index.js';
export { packageVersion } from './version.js';
export { CATEGORIES, SEVERITIES } from './model/rule.js';
export { POINTS } from './model/trace.js';
export { isKnown } from './model/location.js';
export type * from './model/document.js';
export type * from './model/location.js';
export type * from './model/node.js';
export type * from './model/rule.js';
export type * from './model/source.js';
export type * from './model/trace.js';
