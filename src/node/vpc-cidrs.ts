import type { Iptables } from '../model/node.js';

/**
 * CIDRs of the VPC: as ipamd logged them, as it told the plugin, and as its NAT chains leave them untranslated.
 * Those chains also spare excluded CIDRs, which have a comment of their own and do not count.
 *
 *     -A AWS-SNAT-CHAIN-0 -d 10.0.0.0/16 -m comment --comment "AWS SNAT CHAIN" -j RETURN
 *     -A AWS-SNAT-CHAIN-0 ! -d 10.0.0.0/16 -m comment --comment "AWS SNAT CHAIN" -j AWS-SNAT-CHAIN-1   (CNI 1.3-1.15)
 */
export function vpcCidrs(
  logged: readonly string[],
  plugin: readonly string[],
  iptables: Iptables,
): readonly string[] {
  const cidrs = new Set<string>();
  const excluded = new Set<string>();
  for (const [name, chain] of iptables.tables.get('nat')?.chains ?? []) {
    if (!/^AWS-(?:SNAT|CONNMARK)-CHAIN-\d+$/.test(name)) continue;
    for (const rule of chain.rules) {
      const cidr = rule.matches.find((match) => match.option === 'destination')?.args[0];
      if (cidr === undefined || !/^[\d.]{7,15}\/\d{1,2}$/.test(cidr)) continue;
      if (/EXCLU/i.test(rule.comment ?? '')) excluded.add(cidr);
      else cidrs.add(cidr);
    }
  }
  const all = new Set([...logged, ...plugin, ...[...cidrs].filter((cidr) => !excluded.has(cidr))]);
  return [...all].slice(0, 64);
}
