export { redactDocument, type Redacted, type RedactOptions } from './redact.js';
