/**
 * A connection tracking table that is full. Its limit belongs to the machine, not to a namespace, so a rule at the
 * same place drops what conntrack would have dropped: packets of new connections, once the first ones are in. No file
 * of the collector shows the rule.
 */
import { run, inside } from './shell.js';
import type { Tree } from './bundle/archive.js';
import type { Lab } from './fault.js';

/** Entries the table holds when the bundle is collected. */
const MAX = 65_536;

/** Three SYNs of sixty bytes fit into the quota. */
const rules = `table ip full {
  chain c {
    type filter hook prerouting priority -190; policy accept;
    iifname "eni*" ct state new quota over 200 bytes drop
  }
}
`;

async function fill({ plan }: Lab): Promise<void> {
  await run(inside(plan.nodes.src.netns, ['nft', '-f', '-']), rules);
}

/** The kernel's words, and as many entries as the limit allows. */
function tell(tree: Tree): void {
  const said = 'nf_conntrack: nf_conntrack: table full, dropping packet';
  const alter = (file: string, change: (text: string) => string): void => {
    tree.set(file, change(tree.get(file) ?? ''));
  };
  for (const at of [2741.31, 2746.82, 2752.4])
    alter('kernel/dmesg.current', (text) => `${text}[ ${at.toFixed(6)}] ${said}\n`);
  alter('sysctls/sysctl_all.txt', (text) =>
    text
      .replace(/^net\.netfilter\.nf_conntrack_max = .*$/m, `net.netfilter.nf_conntrack_max = ${MAX}`)
      .replace(/^net\.nf_conntrack_max = .*$/m, `net.nf_conntrack_max = ${MAX}`)
      .replace(/^net\.netfilter\.nf_conntrack_count = .*$/m, `net.netfilter.nf_conntrack_count = ${MAX}`),
  );
}

export const conntrackFull = { fill, tell };
