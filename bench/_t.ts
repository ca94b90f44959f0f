import indexFiles from '../src/index-store/task.js';
import { DEFAULT_LIMITS } from '../src/limits.js';
import { statSync, rmSync } from 'node:fs';
const files = process.argv.slice(2);
for (const f of files) {
  const size = statSync(f).size; rmSync('/tmp/wt/_part',{force:true});
  const t = performance.now();
  const r = await indexFiles({ part: 0, textPath: '/tmp/wt/_part', limits: DEFAULT_LIMITS, files: [{ node: 'n', source: null, pod: null, collectedAt: Date.UTC(2024,4,18), clock: { bootTime: null, zoneOffset: null }, file: { path: f, name: f, spool: f, size, mtime: null, truncated: false } }] });
  const ms = performance.now() - t;
  const x = r.files[0]!;
  if(!x){console.log(r.skipped);continue;}
  const idx = x.postings.length + x.filters.length + JSON.stringify([x.patterns, x.entities]).length + x.blocks.line.length * 80;
  console.log(f.slice(-30), (size / 1e6 / ms * 1000).toFixed(0), 'MB/s', x.patterns.length, 'patterns', x.collapsed, 'collapsed', x.entities.length, x.moreEntities, 'ents', 'index %', (idx / size * 100).toFixed(2), 'post', (x.postings.length/size*100).toFixed(2), 'filt', (x.filters.length/size*100).toFixed(2), 'text %', (statSync('/tmp/wt/_part').size / size * 100).toFixed(1), x.timedLines, x.lines, x.timeNotes, new Date(x.first??0), new Date(x.last??0));
  for (const p of x.patterns.slice(0, 12)) console.log('   ', p.count, p.level, p.bits.toString(2), p.run, p.special, JSON.stringify(p.template).slice(0, 220));
}
console.log((process.resourceUsage().maxRSS/1024).toFixed(0),'MiB');
