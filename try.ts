import { Lab } from './test/simulate/kernel/lab.js';
import { addressesOf } from './test/simulate/kernel/addresses.js';
import { Random } from './test/simulate/kernel/random.js';
import { randomRouting, randomSysctls } from './test/simulate/kernel/routing.js';
import { randomRules, randomSets } from './test/simulate/kernel/rules.js';
{
  const seed = Number(process.env.SEED); const r = new Random(seed); const a = addressesOf(seed % 3 === 2 ? 6 : 4);
  const lab = new Lab(seed, seed % 4 === 3);
  try { lab.create(a); lab.sysctl(randomSysctls(r)); const rt=randomRouting(r, a); console.log(rt.join('\n')); lab.ip(rt, a.family===6); const sets = r.chance(0.6) && lab.restoreSets(randomSets(a)); const rules = randomRules(r, a, sets); lab.restore(rules.text, a.family===6);
  const f = a.family===6?['-6']:[];
  console.log(lab.save(a.family===6)); console.log(lab.exec('ip',[...f,'rule'])); console.log(lab.exec('ip',[...f,'route','show','table','all'])); console.log(lab.exec('sh',['-c','sysctl -a 2>/dev/null | grep -E "icmp_r|icmp_m|rp_filter|forwarding"']));
  if (process.env.CMD) console.log(lab.exec('sh',['-c',process.env.CMD]));
  } finally { lab.destroy(); }
}
