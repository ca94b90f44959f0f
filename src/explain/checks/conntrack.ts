/** The connection table: how full it is and what it refused. */
import { check, evidenceOf, notCollected } from './make.js';
import type { CheckFunction } from './types.js';

/** Percent of the limit from which on it is worth a look, and from which on connections are about to be refused. */
const HIGH = 75;
const FULL = 95;

export const usage: CheckFunction = ({ node, fact }) => {
  const found = fact('conntrack_usage')?.[0];
  if (found === undefined)
    return [notCollected('conntrack-usage', 'Size and limit of the connection table were', node.sysctl)];
  const { entries, max, percent } = found.fields;
  const status = Number(percent) >= FULL ? 'wrong' : Number(percent) >= HIGH ? 'warning' : 'ok';
  return [
    check(
      'conntrack-usage',
      status,
      `${String(entries)} of ${String(max)} entries, ${String(percent)} %`,
      evidenceOf([found]),
    ),
  ];
};

export const refusals: CheckFunction = ({ node, fact }) => {
  const stats = fact('conntrack_stats')?.[0];
  if (stats === undefined)
    return [notCollected('conntrack-drops', 'The counters of connection tracking were', node.conntrack)];
  const { drop, early_drop: early, insert_failed: failed } = stats.fields;
  if (drop === null && early === null)
    return [check('conntrack-drops', 'unknown', 'the counters of connection tracking are not in the file')];
  const lost = Number(drop ?? 0) + Number(early ?? 0);
  const clashes =
    Number(failed ?? 0) > 0
      ? `; ${String(failed)} entries lost a race (parallel DNS queries, clashes of SNAT ports)`
      : '';
  if (lost > 0) {
    return [
      check(
        'conntrack-drops',
        'warning',
        `${String(drop ?? 0)} packets dropped and ${String(early ?? 0)} entries thrown out for want of room since boot${clashes}`,
        evidenceOf([stats]),
      ),
    ];
  }
  return [
    check(
      'conntrack-drops',
      'ok',
      `no packet was dropped for want of room since boot${clashes}`,
      clashes === '' ? [] : evidenceOf([stats]),
    ),
  ];
};

export const trackedAllowance: CheckFunction = ({ fact }) => {
  const exceeded =
    fact('ena_allowance')?.filter((e) => e.fields['counter'] === 'conntrack_allowance_exceeded') ?? [];
  return exceeded.map((e) =>
    check(
      'conntrack-allowance',
      'warning',
      `${String(e.fields['value'])} packets beyond the connections that the instance type tracks for security groups, on ${String(e.fields['interface'])}`,
      evidenceOf([e]),
    ),
  );
};
