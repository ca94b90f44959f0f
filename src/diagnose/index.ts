export { citeEvidence } from './cite.js';
export { buildDocument, toDocFlow } from './document.js';
export type { Corroboration, DiagnosisInput } from './input.js';
