export { buildDocument, toDocFlow } from './document.js';
export { withContext } from './evidence-context.js';
export type { Corroboration, DiagnosisInput } from './input.js';
