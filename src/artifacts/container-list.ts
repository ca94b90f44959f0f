import type { ContainerImage } from '../model/node.js';
import type { Parsed } from './parsed.js';

const MAX_IMAGES = 5_000;

/**
 * Images of `ctr images list` or `ctr containers list`: the column is the first in the one, the second in the other.
 *
 *     REF                                                       TYPE    DIGEST  SIZE  PLATFORMS  LABELS
 *     602401143452.dkr.ecr.…/amazon-k8s-cni:v1.19.2-eksbuild.1  application/vnd…  sha256:…  45.1 MiB  linux/amd64  -
 *
 *     CONTAINER        IMAGE                                                        RUNTIME
 *     7708171f4e2c…    602401143452.dkr.ecr.…/amazon-k8s-cni:v1.19.2-eksbuild.1     io.containerd.runc.v2
 */
export function parseContainerList(text: string, file: string): Parsed<readonly ContainerImage[]> {
  const images = new Map<string, ContainerImage>();
  let column = -1;
  let understood = 0;
  let notUnderstood = 0;
  text.split('\n').forEach((line, index) => {
    const words = line.trim().split(/\s+/, 3);
    if (words[0] === '') return;
    if (words[0] === 'REF' || words[0] === 'CONTAINER') {
      column = words[0] === 'REF' ? 0 : 1;
      understood += 1;
      return;
    }
    const image = column === -1 ? undefined : words[column];
    if (image === undefined) {
      notUnderstood += 1;
      return;
    }
    understood += 1;
    // The same image also stands under its bare digest.
    if (image === '-' || image.startsWith('sha256:') || image.length > 512) return;
    if (!images.has(image) && images.size < MAX_IMAGES)
      images.set(image, { image, loc: { file, line: index + 1 } });
  });
  return { value: [...images.values()], understood, notUnderstood };
}
