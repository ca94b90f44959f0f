import { questionText, type DnsQuestion } from '../dns.js';
import { Tally } from '../tally.js';
import type { Check, CheckMeta } from '../types.js';

const WAIT_NS = 1e9;

const META: CheckMeta = {
  id: 'dns-nxdomain',
  title: 'DNS names that do not exist',
  unit: 'answered DNS questions',
  threshold: 'every NXDOMAIN counts, but names with a search domain not in the last second of the capture',
  normal:
    'NXDOMAIN for a name with a search domain of the cluster or of EC2 appended, when the same asker resolves the name meant in another way: that is how search lists and ndots:5 work.',
};

const PARTS = {
  'name does not exist': {
    class: 'suspicious',
    means:
      'no form of the name was resolved in this capture: a typing error, a missing service, or the right form was not captured.',
  },
  'search domain': {
    class: 'normal',
    means: 'tried with a search domain first, and resolved in another form.',
  },
} as const;

const CLUSTER = '.cluster.local';
const SERVICE = '.svc.cluster.local';
const EC2 = /^(.+?)\.(?:ec2|[a-z0-9-]+\.compute)\.internal$/;

interface Forms {
  /** What was meant if the search domain begins after the name itself: `svc.cluster.local`, `ec2.internal`. */
  readonly plain: readonly string[];
  /** What was meant if it is `<namespace>.svc.cluster.local`; null when the name does not end so. */
  readonly namespaced: string | null;
}

/** Names that do not exist, told apart from the detours of search lists. */
export const dnsNxdomain: Check = {
  ...META,
  run(x) {
    const tally = new Tally(PARTS);
    const { questions } = x.dns;
    const plain = new Set<string>();
    const namespaced = new Set<string>();
    for (const q of questions) {
      if (q.answer === null || q.rcode !== 0) continue;
      const forms = formsOf(q.name);
      for (const form of [q.name, ...forms.plain]) plain.add(`${q.client} ${form}`);
      if (forms.namespaced !== null) namespaced.add(`${q.client} ${forms.namespaced}`);
    }
    let answered = 0;
    for (const q of questions) {
      if (q.answer === null) continue;
      const detour = q.rcode === 3 && resolvedOtherwise(q, plain, namespaced);
      // The next form of the name may have been asked for after the capture's end.
      const more = q.rcode === 3 && !detour && formsOf(q.name).plain.length > 0;
      if (more && x.after(x.c.time[q.answer]!) < WAIT_NS) continue;
      answered++;
      if (q.rcode !== 3) continue;
      if (!detour) x.between(tally, q.flow, q.way);
      tally.add(detour ? 'search domain' : 'name does not exist', () =>
        x.example(q.answer!, `${questionText(q)}: NXDOMAIN`),
      );
    }
    return tally.result(META, answered, 'Every name exists.');
  },
};

function formsOf(name: string): Forms {
  if (name.endsWith(SERVICE)) {
    const rest = name.slice(0, -SERVICE.length);
    const dot = rest.lastIndexOf('.');
    return { plain: [rest], namespaced: dot > 0 ? rest.slice(0, dot) : null };
  }
  if (name.endsWith(CLUSTER)) return { plain: [name.slice(0, -CLUSTER.length)], namespaced: null };
  const ec2 = name.endsWith('.internal') ? EC2.exec(name) : null;
  return { plain: ec2 === null ? [] : [ec2[1]!], namespaced: null };
}

/** Two names in two namespaces are two services, not two forms of one. */
function resolvedOtherwise(
  q: DnsQuestion,
  plain: ReadonlySet<string>,
  namespaced: ReadonlySet<string>,
): boolean {
  const forms = formsOf(q.name);
  const key = (form: string): string => `${q.client} ${form}`;
  if (forms.plain.some((form) => plain.has(key(form)) || namespaced.has(key(form)))) return true;
  return forms.namespaced !== null && plain.has(key(forms.namespaced));
}
