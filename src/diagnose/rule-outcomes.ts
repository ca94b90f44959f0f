import type { DocRule } from '../model/document.js';
import type { DiagnosisInput } from './input.js';

/** Every rule that took part and how it ended, by id. A finding on one node outweighs a skip on another. */
export function ruleOutcomes(input: Pick<DiagnosisInput, 'rules' | 'results'>): DocRule[] {
  const found = new Set(input.results.findings.map((f) => f.rule));
  const skipped = new Set(input.results.skipped.map((s) => s.rule));
  return input.rules
    .map((rule): DocRule => {
      const { id, title, category, severity } = rule;
      return {
        id,
        title,
        category,
        severity,
        outcome: found.has(id) ? 'found' : skipped.has(id) ? 'skipped' : 'clear',
      };
    })
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}
