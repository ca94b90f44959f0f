/**
 * Analyses the variants and prints where the answers differ:
 *
 *     npx tsx lab/variants/make.ts [--only REGEX] [--out FOLDER]
 *
 * With --out each variant's bundle is also written to FOLDER/<name>/.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadBuiltinRules } from './analyse.js';
import { loadBase } from './base.js';
import { VARIANTS } from './index.js';
import { runVariant, writeVariant } from './run.js';

const { values } = parseArgs({
  options: { only: { type: 'string', default: '.' }, out: { type: 'string' } },
});
const only = new RegExp(values.only);
const base = await loadBase();
const rules = await loadBuiltinRules();
let right = 0;
const chosen = VARIANTS.filter((v) => only.test(v.name));
for (const variant of chosen) {
  if (values.out !== undefined) {
    const folder = join(values.out, variant.name);
    await mkdir(folder, { recursive: true });
    await writeVariant(base, variant, folder);
  }
  const { missing, alarms, faint } = await runVariant(base, rules, variant);
  if (missing.length + alarms.length + faint.length === 0) right++;
  else
    console.log(
      [
        variant.name.padEnd(44),
        missing.length > 0 ? `missing ${missing.join(', ')}` : '',
        alarms.length > 0 ? `alarms ${alarms.join(', ')}` : '',
        faint.length > 0 ? `faint ${faint.join(', ')}` : '',
      ]
        .filter((part) => part !== '')
        .join('  '),
    );
}
console.log(`${right} of ${chosen.length} right`);
