#!/usr/bin/env node
// Adds up a run: vitest's JSON results (a file that a later run repeats counts as that run found it, so a live test
// that the unit run skipped is not counted twice) and the other steps, one test each. Prints what failed, then
// `N passed, N failed, N skipped`; exit code 1 when anything failed.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
/** Test file → `[name, status]` of its tests. */
const files = new Map();
for (const name of readdirSync(folder)
  .filter((f) => f.endsWith('.json'))
  .sort()) {
  for (const file of JSON.parse(readFileSync(join(folder, name), 'utf8')).testResults) {
    const tests = file.assertionResults.map((test) => [`${file.name} › ${test.fullName}`, test.status]);
    // A file can fail without a failed test: it did not load, or its setup threw.
    const blamed = tests.some(([, status]) => status === 'failed');
    files.set(file.name, file.status === 'failed' && !blamed ? [...tests, [file.name, 'failed']] : tests);
  }
}

const counts = { passed: 0, failed: 0, skipped: 0 };
for (const [name, status] of [...files.values()].flat()) {
  counts[status === 'passed' || status === 'failed' ? status : 'skipped']++;
  if (status === 'failed') console.log(`FAILED ${name}`);
}

// A vitest step counts by its tests; by itself only when it ended badly without one of them failing.
const steps = join(folder, 'steps.tsv');
for (const line of existsSync(steps) ? readFileSync(steps, 'utf8').split('\n').filter(Boolean) : []) {
  const [status, name] = line.split('\t');
  const byTests = name.endsWith(' tests');
  if (status !== '0' && !(byTests && counts.failed > 0)) {
    counts.failed++;
    console.log(`FAILED step: ${name}`);
  } else if (!byTests) counts.passed++;
}

console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed ? 1 : 0;
