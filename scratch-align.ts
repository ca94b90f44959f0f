import { readFileSync, readdirSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readCapture } from './src/capture/task.js';
import { align, NO_TOPOLOGY } from './src/align/index.js';
const root = process.env.CASES ?? '/work/shared/cases';
const only = new RegExp(process.argv[2] ?? '.');
for (const name of readdirSync(root).sort()) {
  const dir = join(root, name);
  if (!only.test(name) || !existsSync(join(dir, 'caps'))) continue;
  const truth = JSON.parse(readFileSync(join(dir, 'truth.json'), 'utf8'));
  const tables = [];
  for (const f of readdirSync(join(dir, 'caps')).sort()) {
    const p = join(dir, 'caps', f);
    tables.push(await readCapture({ file: { path: `caps/${f}`, spool: p, size: statSync(p).size, format: readFileSync(p).readUInt32LE(0) === 0x0a0d0d0a ? 'pcapng' : 'pcap', gzip: f.endsWith('.gz'), truncated: false } }));
  }
  const t = align({ tables, topology: NO_TOPOLOGY, question: { src: null, dst: null, protocol: null, since: null, until: null }, given: new Map() });
  const s = t.summary;
  const want = truth.accept_drop_points ?? [truth.drop_point];
  const got = s.segment === 'none' || s.segment === 'unknown' ? s.segment : (s.direction === 'return' ? 'return_' : '') + s.segment;
  const roles = t.taps.map((x) => `${x.point}${Object.entries(truth.files).some(([k, v]) => v === x.file && k === x.point) ? '' : '(!)'}`).join(' ');
  console.log(`${want.includes(got) ? 'ok  ' : 'BAD '} ${name}: ${got} want ${want} [${s.verdict} ${s.confidence}] roles: ${roles} counts ${JSON.stringify(t.counts)}`);
  if (process.argv[3]) {
    console.log(s.explanation, s.against);
    for (const x of t.taps) console.log('  tap', x.id, x.point, x.node, x.kind, x.podIps, x.reason, x.certainty, x.packets);
    for (const c of t.clocks) console.log('  clock', c);
    for (const f of t.flows.slice(0, Number(process.argv[3]))) console.log('  flow', f.protocol, f.src.ip, f.src.port, '>', f.dst.ip, f.dst.port, f.translated ? JSON.stringify(f.translated) : '', f.verdict, f.segment, f.direction, f.reason, Object.entries(f.points).map(([k, v]) => `${k}:${v!.packets}/${v!.returnPackets}`).join(' '), f.losses.map((l) => `${l.segment}.${l.direction} ${l.lost}/${l.sent}`).join(' '), '|', f.explanation);
    console.log('  losses', t.losses.map((l) => `${l.segment}.${l.direction} ${l.lost}/${l.sent}`));
  }
}
