/** networking/ and sysctls/ of a bundle: the real output of the real tools in the node's namespace. */
import { networkInterfaceStatistics } from './ethtool.js';
import { attempt, inside } from '../shell.js';
import type { NodePlan, Plan } from '../types.js';
import type { Tree } from './archive.js';

/** Collects in the collector's order; a failed tool leaves an empty file, as its error goes to the terminal. */
export async function collectNetworking(plan: Plan, node: NodePlan, tree: Tree): Promise<void> {
  const tool = async (command: string): Promise<string> =>
    (await attempt(inside(node.netns, command.split(' ')))).stdout;
  const put = (file: string, text: string): void => void tree.set(`networking/${file}`, text);

  put('conntrack.txt', await conntrack(tool));
  put('conntrack6.txt', `*** Output of conntrack -L ***\n${await tool('conntrack -L -f ipv6')}`);
  for (const [family, binary] of [
    ['', 'iptables'],
    ['6', 'ip6tables'],
  ] as const) {
    const filter = await rules(tool, binary, 'filter');
    put(`${binary}.txt`, filter);
    put(`${binary}-filter.txt`, filter);
    put(`${binary}-mangle.txt`, await rules(tool, binary, 'mangle'));
    put(`${binary}-nat.txt`, await rules(tool, binary, 'nat'));
    put(`${binary}-save.txt`, withoutForeignHost(await tool(`${binary}-save`)));
    put(`ip${family}route.txt`, await tool(`ip ${family && '-6 '}route show table all`));
    put(`ip${family}rule.txt`, await tool(`ip ${family && '-6 '}rule show`));
  }
  put('ifconfig.txt', await tool('ifconfig'));
  put('ethtool.txt', await ethtool(tool, node));
  put('ipset.txt', `${await tool('ipset --list')}\n${await tool('ipset --save')}`);
  put('ipvsadm.txt', 'ipvsadm not installed\n');
  put('resolv.conf', `search ${plan.region}.compute.internal\nnameserver 169.254.169.253\n`);
  put('configure-multicard-interfaces.txt', '-- No entries --\n');
  tree.set('sysctls/sysctl_all.txt', sysctls(await tool('sysctl --all'), node));
}

type Tool = (command: string) => Promise<string>;

async function conntrack(tool: Tool): Promise<string> {
  const [statistics, list] = [await tool('conntrack -S'), await tool('conntrack -L')];
  return `*** Output of conntrack -S *** \n${statistics}*** Output of conntrack -L ***\n${list}`;
}

/** The list and the collector's trailer, which counts every line that is no header. */
async function rules(tool: Tool, binary: string, table: string): Promise<string> {
  const text = await tool(`${binary} -w 1 -n -v -L${table === 'filter' ? '' : ` -t ${table}`}`);
  const count = text.split('\n').filter((line) => line && !/^Chain|^num|^\s*pkts/.test(line)).length;
  return `${text}=======\nTotal Number of Rules: ${count}\n`;
}

/** iptables-save of a distribution may warn about the other backend on standard output; nothing else differs. */
function withoutForeignHost(text: string): string {
  return text.replace(/^# Warning:.*\n/gm, '');
}

/** Every interface with an address, as the collector lists them; the network interfaces with an ENA card's counters. */
async function ethtool(tool: Tool, node: NodePlan): Promise<string> {
  const addresses = await tool('ip -o a');
  const names = [
    ...new Set(
      addresses
        .split('\n')
        .filter(Boolean)
        .map((line) => line.split(/\s+/)[1]!),
    ),
  ].sort();
  let text = '';
  for (const name of names) {
    const real = await attempt(inside(node.netns, ['ethtool', '-S', name]));
    const body = /^eth\d/.test(name) ? networkInterfaceStatistics(name) : real.stdout + real.stderr;
    text += `Interface ${name}\n${body}\n\n`;
  }
  return text;
}

/** The machine that runs the lab must not show through. */
function sysctls(text: string, node: NodePlan): string {
  const own = new Map([
    ['kernel.hostname', node.hostName],
    ['kernel.osrelease', '6.1.115-126.197.amzn2023.x86_64'],
    ['kernel.version', '#1 SMP PREEMPT_DYNAMIC Tue Nov  5 17:36:57 UTC 2024'],
    ['kernel.random.boot_id', '0d5c3f7e-4c1a-4a4e-9a55-6f1c2b7d8e90'],
    ['kernel.random.uuid', '7b0e0f9a-2b7c-4f0d-8d8e-3a5b1c9d7f21'],
    ['kernel.domainname', '(none)'],
  ]);
  return text.replace(/^([a-z._]+) = .*$/gm, (line, key: string) =>
    own.has(key) ? `${key} = ${own.get(key)!}` : line,
  );
}
