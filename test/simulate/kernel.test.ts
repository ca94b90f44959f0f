import { describe, expect, it } from 'vitest';
import { whyNoKernel } from './kernel/lab.js';
import { newTally, runLab, type Scenario } from './kernel/run.js';

/**
 * Compares the simulation with the kernel of this machine: random rules, sets, policy rules and routes are loaded
 * into a network namespace, dumped as a log collector does, and packets are sent through it.
 *
 * EKS_NETCHECK_KERNEL_LABS: rule sets (each gets 120 packets and the answers to those that pass).
 * EKS_NETCHECK_KERNEL_SEED: number of the first one.
 */
const reason = whyNoKernel();
const labs = Number(process.env['EKS_NETCHECK_KERNEL_LABS'] ?? 8);
const first = Number(process.env['EKS_NETCHECK_KERNEL_SEED'] ?? 0);

/** What random rules seldom come to. */
const SCENARIOS: readonly Scenario[] = [
  {
    // `ip rule goto`, with and without a target, and a rule that only holds a place.
    family: 4,
    rules: '*filter\n:FORWARD ACCEPT [0:0]\nCOMMIT\n',
    routing: [
      'route add default via 10.0.1.1 dev eth0',
      'route add default via 10.0.2.1 dev eth1 table 2 onlink',
      'route add 10.0.1.11 dev eni1aa',
      'rule add pref 700 iif eni1aa goto 1600',
      'rule add pref 710 iif eni2bb goto 1601',
      'rule add pref 800 from all iif eni1aa lookup 2',
      'rule add pref 810 from all iif eni2bb lookup 2',
      'rule add pref 1600 nop',
      'rule add pref 1700 from all to 203.0.113.7 lookup 2',
    ],
    sysctl: [],
  },
  {
    // Reverse path filter of iptables, in all its forms; a mark for each is seen in the time to live.
    family: 4,
    rules: `*mangle
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -m rpfilter --loose -j MARK --set-xmark 0x1/0x1
-A PREROUTING -m rpfilter -j MARK --set-xmark 0x2/0x2
-A PREROUTING -m rpfilter --loose --accept-local -j MARK --set-xmark 0x4/0x4
-A PREROUTING -i eth1 -j MARK --set-xmark 0x20/0x20
-A PREROUTING -m rpfilter --validmark --invert -j MARK --set-xmark 0x8/0x8
-A POSTROUTING -m mark --mark 0x1/0x1 -j TTL --ttl-inc 1
-A POSTROUTING -m mark --mark 0x2/0x2 -j TTL --ttl-inc 2
-A POSTROUTING -m mark --mark 0x4/0x4 -j TTL --ttl-inc 4
-A POSTROUTING -m mark --mark 0x8/0x8 -j TTL --ttl-inc 8
COMMIT
`,
    routing: [
      'route add default via 10.0.1.1 dev eth0',
      'route add blackhole 8.8.8.8',
      'route add default via 10.0.2.1 dev eth1 table 2 onlink',
      'rule add pref 700 fwmark 0x20/0x20 lookup 2',
      'route add 10.0.1.11 dev eni1aa',
    ],
    sysctl: [
      'net.ipv4.conf.all.rp_filter=0',
      'net.ipv4.conf.eth0.rp_filter=0',
      'net.ipv4.conf.eth1.rp_filter=0',
    ],
  },
  {
    // Conditions of `-m conntrack` beside a state, for packets of no connection and for others.
    family: 4,
    rules: `*filter
:FORWARD ACCEPT [0:0]
-A FORWARD -i eni1aa -m conntrack --ctstate INVALID --ctorigdst 192.0.2.1 -j DROP
-A FORWARD -i eni2bb -m conntrack --ctdir ORIGINAL -j ACCEPT
-A FORWARD -i eni2bb -p tcp -j REJECT --reject-with tcp-reset
-A FORWARD -i eth0 -p tcp -m connmark ! --mark 0x1 -j DROP
-A FORWARD -i eni3cc -m conntrack ! --ctproto 17 -j DROP
COMMIT
`,
    routing: [
      'route add default via 10.0.1.1 dev eth0',
      'route add 10.0.1.11 dev eni1aa',
      'route add 10.0.1.12 dev eni2bb',
    ],
    sysctl: ['all', 'eth0', 'eth1', 'eni1aa', 'eni2bb', 'eni3cc'].map(
      (d) => `net.ipv4.conf.${d}.rp_filter=0`,
    ),
  },
];

describe('simulate, against the kernel', () => {
  const skipped = `skipped: needs root, iproute2, iptables and network namespaces (${reason})`;
  it.skipIf(reason !== null)(
    reason === null ? 'agrees in cases that chance seldom brings' : skipped,
    async () => {
      const tally = newTally();
      for (const [at, scenario] of SCENARIOS.entries()) await runLab(900_000 + at, 150, tally, scenario);
      expect(tally.refusedRules).toBe(0);
      expect(tally.disagreements.slice(0, 5).join('\n')).toBe('');
      expect(tally.agreed).toBeGreaterThan(tally.cases * 0.8);
    },
  );

  it.skipIf(reason !== null)(
    reason === null ? 'agrees with what really happens' : skipped,
    async () => {
      const tally = newTally();
      for (let seed = first; seed < first + labs; seed += 1) await runLab(seed, 120, tally);
      const { disagreements, verdicts, ...sums } = tally;
      console.log({ ...sums, ...Object.fromEntries(verdicts), disagreements: disagreements.length });
      if (process.env['EKS_NETCHECK_KERNEL_DEBUG'] !== undefined) console.error(disagreements.join('\n'));
      expect(disagreements.slice(0, 5).join('\n')).toBe('');
      expect(tally.cases).toBeGreaterThan(labs * 60);
      expect(tally.agreed).toBeGreaterThan(tally.cases * 0.9);
      // 'It depends' always fits; it must stay the exception.
      expect(tally.open).toBeLessThan(tally.cases * 0.1);
    },
    Math.max(60_000, labs * 10_000),
  );
});
