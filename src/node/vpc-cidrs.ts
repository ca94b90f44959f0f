import type { Iptables } from '../model/node.js';

/**
 * CIDRs of the VPC: as ipamd logged them and told the plugin; where no log tells, as its NAT chains leave them
 * untranslated. Those chains are only a hint: they spare excluded CIDRs too (under a comment of their own), and
 * rules of earlier settings or other hands may stand in them.
 *
 *     -A AWS-SNAT-CHAIN-0 -d 10.0.0.0/16 -m comment --comment "AWS SNAT CHAIN" -j RETURN
 *     -A AWS-SNAT-CHAIN-0 ! -d 10.0.0.0/16 -m comment --comment "AWS SNAT CHAIN" -j AWS-SNAT-CHAIN-1   (CNI 1.3-1.15)
 */
export function vpcCidrs(
  logged: readonly string[],
  plugin: readonly string[],
  iptables: Iptables,
): readonly string[] {
  const told = new Set([...logged, ...plugin]);
  if (told.size > 0) return [...told].slice(0, 64);
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
  return [...cidrs].filter((cidr) => !excluded.has(cidr)).slice(0, 64);
}
