import type { CniContainer } from '../model/node.js';
import type { EvidenceItem } from '../model/rule.js';
import { defineFact, flag, known, text, unknown } from './support/define.js';
import { fileEvidence, lineEvidence } from './support/evidence.js';

/** Versions of the VPC CNI that the runbook names as faulty, without the build suffix. */
const KNOWN_BAD: ReadonlySet<string> = new Set(['v1.20.4']);

/** `v1.20.4-eksbuild.2`, `1.20.4` → `v1.20.4`. */
export function plainVersion(version: string): string {
  const match = /^v?(\d+\.\d+\.\d+)/.exec(version);
  return match?.[1] === undefined ? version : `v${match[1]}`;
}

/** The VPC CNI that runs on a node: older containers that have stopped do not count. */
export const cniVersion = defineFact({
  name: 'cni_version',
  description: 'Version of the VPC CNI on a node.',
  fields: {
    version: text('as found, such as v1.18.1 or v1.20.4-eksbuild.1'),
    plain: text('without the build suffix'),
    known_bad: flag('the runbook names it as faulty'),
    agent_version: text('version of the network policy agent, when known'),
  },
  compute: (context) => {
    const found = context.nodes.flatMap((node) => {
      const version = node.identity.cniVersion;
      if (version === null) return [];
      const plain = plainVersion(version);
      const container: CniContainer | undefined = node.cniContainers.value.find(
        (c) => c.version !== null && plainVersion(c.version) === plain && c.image !== null,
      );
      const image = node.images.value.find(
        (i) => i.image.includes('amazon-k8s-cni:') && i.image.includes(plain),
      );
      const evidence: EvidenceItem =
        container?.image !== undefined && container.image !== null
          ? lineEvidence(node.id, container.loc, container.image)
          : image !== undefined
            ? lineEvidence(node.id, image.loc, image.image)
            : { ...fileEvidence(node.id, '', `VPC CNI ${version}, by the log of ipamd`), file: null };
      return [
        {
          node: node.id,
          fields: {
            version,
            plain,
            known_bad: KNOWN_BAD.has(plain),
            agent_version: node.identity.nodeAgentVersion,
          },
          evidence: [evidence],
        },
      ];
    });
    return found.length === 0 ? unknown('the version of the VPC CNI is in no file') : known(found);
  },
});
