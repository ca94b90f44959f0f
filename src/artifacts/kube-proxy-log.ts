export type ProxierMode = 'iptables' | 'ipvs' | 'nftables';

/**
 * The mode kube-proxy says that it uses, of the last start in the log; null when no start is in it.
 *
 *     … server_linux.go:69] "Using iptables proxy"
 *     … server_others.go:206] Using ipvs Proxier.
 *     … can't use ipvs proxier, trying iptables
 */
export function parseKubeProxyMode(lines: Iterable<string>): ProxierMode | null {
  let mode: ProxierMode | null = null;
  for (const line of lines) {
    const match = /Using (iptables|ipvs|nftables) [Pp]rox|[Cc]an't use ipvs proxier, trying (iptables)/.exec(
      line,
    );
    if (match !== null) mode = (match[1] ?? match[2]) as ProxierMode;
  }
  return mode;
}
