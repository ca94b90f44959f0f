/**
 * Cluster name of the kubelet's kubeconfig, where the command that gets the token names it; null otherwise. Read as
 * text: the words of the command stand on lines of their own, or in one list.
 *
 *     users:
 *     - name: kubelet
 *       user:
 *         exec:
 *           command: /usr/bin/aws-iam-authenticator
 *           args:
 *             - "token"
 *             - "-i"
 *             - "prod"
 */
export function parseClusterName(text: string): string | null {
  const words = text.slice(0, 65_536).split(/[\s,"'[\]]+|(?:^|\n)\s{0,40}-\s/, 20_000);
  const at = words.findIndex((word) => word === '-i' || word === '--cluster-name' || word === '--cluster-id');
  const name = at === -1 ? undefined : words.slice(at + 1).find((word) => word !== '' && word !== '-');
  return name !== undefined && /^[A-Za-z0-9][\w-]{0,99}$/.test(name) ? name : null;
}
