import type { AnalysisDocument } from '../../model/document.js';
import { doNow, verdictFacts } from '../words.js';
import { bounded, html, leftOut, NOTHING, sentence, type Markup } from './markup.js';

const MAX_AGAINST = 20;

/** Understood in ten seconds: cause, place, how sure. */
export function verdictSection(d: AnalysisDocument): Markup {
  const tone = d.diagnosis.category === 'none' ? 'good' : d.diagnosis.category === 'unknown' ? 'open' : 'bad';
  const mark = { good: '✓', open: '?', bad: '✕' }[tone];
  const now = doNow(d);
  const at = d.root_cause.indexOf(' — ');
  const [category, detail] =
    at < 0 ? ['', d.root_cause] : [d.root_cause.slice(0, at), d.root_cause.slice(at + 3)];
  return html`<section
    id="verdict"
    class="verdict ${tone}"
    aria-labelledby="verdict-h"
    data-search
    data-title="Verdict"
  >
    <p class="category"><span aria-hidden="true">${mark}</span> ${category === '' ? 'verdict' : category}</p>
    <h1 id="verdict-h">${sentence(detail, 600)}</h1>
    <dl class="facts">
      ${verdictFacts(d).map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    <p class="summary">${sentence(d.diagnosis.summary)}</p>
    ${now === null ? NOTHING : html`<p class="now"><b>${now.label}:</b> ${sentence(now.text)}</p>`}
  </section>`;
}

export function againstSection(d: AnalysisDocument): Markup {
  const { against } = d.diagnosis;
  if (against.length === 0) return NOTHING;
  return html`<section
    id="against"
    aria-labelledby="against-h"
    data-search
    data-title="What speaks against it"
  >
    <h2 id="against-h">What speaks against it</h2>
    <ul>
      ${bounded(against, MAX_AGAINST, (a) => html`<li>${sentence(a)}</li>`)}
    </ul>
    ${leftOut(against.length, MAX_AGAINST)}
  </section>`;
}
