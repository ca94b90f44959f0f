import type { Topology } from './topology.js';

/** What an operator's file name suggests. The weakest of all signs: used last, and said so. */
export interface FileNameHint {
  readonly side: 'src' | 'dst' | null;
  readonly kind: 'veth' | 'eni' | null;
  /** Bundle id, when the name holds an instance id, host name or veth name of a bundle. */
  readonly node: string | null;
  readonly interfaceName: string | null;
  /** Word that names a node in the operator's own way: `node1`, `worker-a`, an instance id, or the side. */
  readonly nodeWord: string | null;
}

const SIDE_SRC = /(?:^|[^a-z])(?:src|source|client|sender)(?:[^a-z]|$)/;
const SIDE_DST = /(?:^|[^a-z])(?:dst|dest|destination|server|receiver|target)(?:[^a-z]|$)/;
const VETH =
  /(?:^|[^a-z0-9])(eni[0-9a-f]{8,11}|veth[0-9a-z]*|cali[0-9a-f]{11}|vlan[0-9a-f]{11})(?:[^a-z0-9]|$)/;
const ETH = /(?:^|[^a-z0-9])((?:eth|ens|enp|eno)\d[0-9a-z]*)(?:[^a-z0-9]|$)/;
const NODE_WORD =
  /(?:^|[^a-z0-9])((?:node|worker|host|ec2)[-_]?[a-z0-9]{1,3}|i-[0-9a-f]{8,17}|ip(?:-\d{1,3}){4})(?:[^a-z0-9]|$)/;

export function fileNameHint(file: string, topology: Topology): FileNameHint {
  const name = (file.split('/').pop() ?? file).toLowerCase();
  const veth = VETH.exec(name)?.[1] ?? null;
  const eth = ETH.exec(name)?.[1] ?? null;
  let node: string | null = null;
  let interfaceName: string | null = null;
  for (const n of topology.nodes) {
    const owns =
      veth !== null && (n.interfaces.some((i) => i.name === veth) || n.pods.some((p) => p.veth === veth));
    if (owns) {
      node = n.id;
      interfaceName = veth;
      break;
    }
    if (n.aliases.some((alias) => alias.length >= 5 && name.includes(alias.toLowerCase()))) {
      node = n.id;
      if (eth !== null) interfaceName = eth;
    }
  }
  const side = SIDE_SRC.test(name) ? 'src' : SIDE_DST.test(name) ? 'dst' : null;
  return {
    side,
    kind: veth !== null ? 'veth' : eth !== null ? 'eni' : null,
    node,
    interfaceName: interfaceName ?? (veth?.startsWith('eni') ? veth : eth),
    nodeWord: NODE_WORD.exec(name)?.[1] ?? side,
  };
}
