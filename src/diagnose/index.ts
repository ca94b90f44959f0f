export { buildDocument, toDocFlow } from './document.js';
export type { Corroboration, DiagnosisInput } from './input.js';
