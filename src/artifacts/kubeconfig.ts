import { parse } from 'yaml';
import { arrayOf, member, stringOf, type Json } from './json.js';

/**
 * Cluster name of the kubelet's kubeconfig, where the token command names it; null otherwise.
 *
 *     users:
 *     - name: kubelet
 *       user: {exec: {command: aws, args: [eks, get-token, --cluster-name, prod]}}
 */
export function parseClusterName(text: string): string | null {
  let root: Json;
  try {
    root = parse(text.slice(0, 1_000_000), { maxAliasCount: 20 }) as Json;
  } catch {
    return null;
  }
  for (const user of arrayOf(member(root, 'users'))) {
    const args = arrayOf(member(member(member(user, 'user'), 'exec'), 'args'));
    const at = args.findIndex((arg) => arg === '--cluster-name' || arg === '--cluster-id' || arg === '-i');
    const name = at === -1 ? null : stringOf(args[at + 1]);
    if (name !== null && /^[\w-]{1,100}$/.test(name)) return name;
  }
  return null;
}
