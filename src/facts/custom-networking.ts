import { defineFact, flag, known, number, text, unknown } from './support/define.js';
import { lineEvidence } from './support/evidence.js';
import { cniEnv } from './support/nodes.js';

/** Custom networking: pods live in the ENIConfig's subnet, on secondary interfaces only. */
export const customNetworking = defineFact({
  name: 'custom_networking',
  description: 'Custom networking of the VPC CNI on a node, where it is switched on.',
  fields: {
    enabled: flag('AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG is true'),
    secondary_enis: number(
      'secondary interfaces that carry pod addresses; null when introspection is not known',
    ),
    pods: number('pods of the node'),
    pods_on_primary: number('pods whose address belongs to the primary interface'),
    label: text('label or annotation that selects the ENIConfig'),
    misplaced: flag('pods live on the primary interface although it is on'),
  },
  compute: (context) => {
    if (context.nodes.length === 0) return unknown('no bundle was given');
    return known(
      context.nodes.flatMap((node) => {
        const env = cniEnv(node, 'AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG');
        if (env?.value !== 'true') return [];
        const { enis } = node.introspection.value;
        const onPrimary = node.pods.filter((pod) => pod.deviceNumber === 0 && !pod.branchEni).length;
        return [
          {
            node: node.id,
            fields: {
              enabled: true,
              secondary_enis:
                node.introspection.state === 'ok'
                  ? enis.filter((eni) => !eni.primary && eni.addresses.length > 0).length
                  : null,
              pods: node.pods.length,
              pods_on_primary: onPrimary,
              label: cniEnv(node, 'ENI_CONFIG_LABEL_DEF')?.value ?? null,
              misplaced: onPrimary > 0,
            },
            evidence: [lineEvidence(node.id, env.loc, `AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG=${env.value}`)],
          },
        ];
      }),
    );
  },
});
