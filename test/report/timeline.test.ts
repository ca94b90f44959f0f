import { describe, expect, it } from 'vitest';
import type { AnalysisDocument } from '../../src/model/document.js';
import { render } from '../../src/report/index.js';
import { documentErrors } from './support/document-errors.js';
import { fullDocument } from './support/documents.js';

function withActivity(from: string, step_seconds: number, counts: number[]): AnalysisDocument {
  const d = fullDocument();
  return {
    ...d,
    findings: d.findings.map((f, i) => (i === 0 ? { ...f, activity: { from, step_seconds, counts } } : f)),
  };
}

describe('timeline of the page', () => {
  const d = withActivity('2026-11-20T22:00:00.000Z', 60, [3, 0, 40, 1]);

  it('shows bursts of log lines, as bars and in the list', () => {
    expect(documentErrors(d)).toEqual([]);
    const page = render(d, 'html');
    expect(page).toContain('F-001 log');
    expect(page.match(/class="event burst"/g)).toHaveLength(3);
    expect(page).toContain('F-001: 44 log lines like its evidence; the busiest 1 min begin here, with 40');
    expect(page).toContain('2026-11-20T22:02:00.000Z');
    expect(render(fullDocument(), 'html')).not.toContain('class="event burst"');
  });

  it('bears times that are none, and steps beyond all dates', () => {
    expect(render(withActivity('yesterday', 60, [1, 2]), 'html')).not.toContain('class="event burst"');
    const far = render(withActivity('2026-11-20T22:00:00.000Z', 1e300, [1, 2]), 'html');
    expect(far).toContain('class="event burst"');
    expect(far.split('<script>')[0]).not.toContain('NaN');
  });
});
