/** What the kubelet's log or its command line tells about the node. */
export interface KubeletIdentity {
  /** `v1.30.2-eks-1552ad0`. */
  readonly version: string | null;
  /** Host field of the journal, or `--hostname-override`. */
  readonly hostname: string | null;
  readonly instanceId: string | null;
  readonly ami: string | null;
}

/**
 * Reads kubelet.log (all journal forms) or the kubelet's command line of `ps`, and stops when all is known.
 *
 *     May 17 09:31:22 ip-10-0-1-5.ec2.internal kubelet[2134]: I0517 09:31:22.1 2134 server.go:491] "Kubelet version" kubeletVersion="v1.30.2-eks-1552ad0"
 *     … flags.go:64] FLAG: --node-labels="eks.amazonaws.com/nodegroup-image=ami-0a1b2c3d4e5f67890,…"
 *     … flags.go:64] FLAG: --provider-id="aws:///eu-central-1a/i-0a1b2c3d4e5f67890"
 */
export function parseKubeletIdentity(lines: Iterable<string>): KubeletIdentity {
  let version: string | null = null;
  let host: string | null = null;
  let override: string | null = null;
  let instanceId: string | null = null;
  let ami: string | null = null;
  for (const line of lines) {
    host ??=
      /^(?:[A-Z][a-z]{2} [\d ]\d [\d:.]+|\d{4}-\d\d-\d\dT\S+) (\S{1,253}) kubelet\[\d+\]:/.exec(line)?.[1] ??
      null;
    version =
      /kubeletVersion="(v[\w.+-]{3,60})"|Kubelet version: (v[\w.+-]{3,60})/
        .exec(line)
        ?.slice(1)
        .find(Boolean) ?? version;
    override ??= /--hostname-override[= ]"?([a-z0-9][\w.-]{0,252})/.exec(line)?.[1] ?? null;
    instanceId ??= /aws:\/\/\/[a-z0-9-]*\/(i-[0-9a-f]{8,17})/.exec(line)?.[1] ?? null;
    ami ??= /nodegroup-image=(ami-[0-9a-f]{8,17})/.exec(line)?.[1] ?? null;
    if (version !== null && host !== null && instanceId !== null && ami !== null) break;
  }
  return { version, hostname: override ?? host, instanceId, ami };
}
