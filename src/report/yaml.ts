import { Document, isScalar, visit } from 'yaml';
import type { AnalysisDocument } from '../model/document.js';
import { escaped } from './json.js';
import { UNSAFE_CHARACTERS } from './unsafe.js';

/** The document as YAML: the runbook's Output Format and everything beyond it. */
export function renderYaml(document: AnalysisDocument): string {
  const yaml = new Document(document, { aliasDuplicateObjects: false });
  // Escapes exist between double quotes only.
  visit(yaml, {
    Scalar: (_, node) => {
      if (isScalar(node) && typeof node.value === 'string' && hasUnsafe(node.value))
        node.type = 'QUOTE_DOUBLE';
    },
  });
  return escaped(yaml.toString({ lineWidth: 0 }));
}

function hasUnsafe(text: string): boolean {
  UNSAFE_CHARACTERS.lastIndex = 0;
  return UNSAFE_CHARACTERS.test(text);
}
