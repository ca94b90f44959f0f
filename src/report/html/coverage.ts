import type { AnalysisDocument, DocBundle } from '../../model/document.js';
import { cut } from '../unsafe.js';
import { doLater, skippedByReason } from '../words.js';
import { bounded, html, kept, leftOut, NOTHING, sentence, type Markup } from './markup.js';

const MAX_ROWS = 100;

/** What was read, what is missing and what that leaves open. */
export function coverageSection(d: AnalysisDocument): Markup {
  const { bundles, captures, missing, problems } = d.coverage;
  const skipped = skippedByReason(d);
  return html`<section id="coverage" aria-labelledby="coverage-h">
    <h2 id="coverage-h">Coverage and gaps</h2>
    ${bundles.length === 0 ? html`<p>No bundle was given: the nodes' configuration and logs are not known.</p>` : bounded(bundles, 30, bundle)}${leftOut(bundles.length, 30, 'more bundles')}
    ${
      captures.length === 0
        ? html`<p>No capture was given.</p>`
        : table(
            'Captures',
            ['file', 'interface', 'point', 'packets', 'how its place is known'],
            captures.map((c) => [
              c.file,
              c.interface ?? '',
              c.point?.replace('_', '-') ?? 'none of the four',
              `${c.packets}${c.truncated ? ' (cut short)' : ''}`,
              `${c.reason} [${c.certainty}]`,
            ]),
          )
    }
    ${
      missing.length === 0
        ? NOTHING
        : table(
            'Missing',
            ['what', 'state', 'node', 'leaves open'],
            missing.map((m) => [m.what, m.state.replace('_', ' '), m.node ?? '', m.leaves_undecided]),
          )
    }
    ${
      problems.length === 0
        ? NOTHING
        : table(
            'Problems and notes',
            ['code', 'about', 'what'],
            problems.map((p) => [
              `${p.code}${p.note ? ' (note)' : ''}`,
              p.subject,
              p.hint === null ? p.message : `${p.message} ${p.hint}`,
            ]),
          )
    }
    ${
      skipped.length === 0
        ? NOTHING
        : table(
            'Rules that could not be decided',
            ['rules', 'why'],
            skipped.map((s) => [s.rules.join(', '), s.reason]),
          )
    }
    ${clocks(d)}
  </section>`;
}

function clocks(d: AnalysisDocument): Markup {
  if (d.clocks.length === 0) return NOTHING;
  return table(
    'Clocks',
    ['of', 'against', 'seconds ahead', 'known to'],
    d.clocks.map((c) => [
      c.b,
      c.a,
      c.offset_seconds === null ? 'not known' : c.offset_seconds.toFixed(6),
      c.bound_seconds === null ? '' : `± ${c.bound_seconds.toFixed(6)} s`,
    ]),
  );
}

function table(caption: string, heads: readonly string[], rows: readonly (readonly string[])[]): Markup {
  return html`<div class="wide" tabindex="0" role="region" aria-label="${caption}">
      <table>
        <caption>
          ${caption}
        </caption>
        <thead>
          <tr>
            ${heads.map((h) => html`<th scope="col">${h}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${bounded(
            rows,
            MAX_ROWS,
            (r) =>
              html`<tr data-search data-title="${caption}: ${cut(r[0]!, 80)}">
                ${r.map((c) => html`<td>${kept(cut(c, 400))}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${leftOut(rows.length, MAX_ROWS)}`;
}

function bundle(b: DocBundle): Markup {
  const facts = Object.entries(b.identity).filter(([, v]) => v !== null && v.length > 0);
  const text = (v: string | string[] | null): string =>
    Array.isArray(v) ? v.slice(0, 12).join(', ') : (v ?? '');
  return html`<details class="bundle" data-search data-title="Node ${cut(b.id, 80)}">
    <summary>
      Node ${kept(cut(b.id, 100))}: ${b.files} files, collected ${b.collected_at ?? 'at an unknown time'}
    </summary>
    <dl class="identity">
      <div>
        <dt>input</dt>
        <dd>${cut(b.input, 200)}</dd>
      </div>
      <div>
        <dt>kind</dt>
        <dd>${b.kind}${b.collector_version === null ? '' : ` ${b.collector_version}`}</dd>
      </div>
      ${facts.slice(0, 40).map(
        ([k, v]) =>
          html`<div>
            <dt>${k.replaceAll('_', ' ')}</dt>
            <dd>${cut(text(v), 300)}</dd>
          </div>`,
      )}
    </dl>
  </details>`;
}

/** What to do later, who has to be asked, and commands to paste. */
export function nextSection(d: AnalysisDocument): Markup {
  const later = doLater(d);
  const fix =
    later.length === 0
      ? NOTHING
      : html`<dl class="todo">
          ${bounded(
            later,
            10,
            ([when, what]) =>
              html`<dt>${when}</dt>
                <dd>${sentence(what)}</dd>`,
          )}
        </dl>`;
  const steps = bounded(
    d.next_steps,
    30,
    (s, i) =>
      html`<li data-search data-title="Next step ${i + 1}">
        ${sentence(s.why, 600)}
        <div class="command">
          <pre
            tabindex="0"
            role="group"
            aria-label="Command ${i + 1}"
          ><code id="step-${i + 1}">${cut(s.command, 4000)}</code></pre>
          <button type="button" data-copy="step-${i + 1}" aria-label="Copy command ${i + 1}">copy</button>
        </div>
      </li>`,
  );
  const related =
    d.cross_reference.length === 0
      ? NOTHING
      : html`<h3>Related runbooks</h3>
          <ul>
            ${bounded(d.cross_reference, 20, (c) => html`<li>${sentence(c, 300)}</li>`)}
          </ul>`;
  return html`<section id="next" aria-labelledby="next-h">
    <h2 id="next-h">Next steps</h2>
    ${fix}
    ${
      steps.length === 0
        ? NOTHING
        : html`<ol class="steps">
            ${steps}
          </ol>`
    }${related}
  </section>`;
}
