/** All scenes. */
import { brokenScenes } from './broken.js';
import { healthyScenes } from './healthy.js';
import type { Scene } from './scene.js';

export const SCENES: readonly Scene[] = [...healthyScenes, ...brokenScenes];
