import type { BundleKind } from '../model/source.js';
import {
  CNI_LOG,
  COMMON_FOLDERS,
  KNOWN_FILE,
  LOGDOG_COMMON,
  LOGDOG_OWN,
  OWN_FOLDERS,
  WINDOWS_FILE,
} from './tell-tales.js';

/** Tops of bundles are looked for this deep; people wrap archives in a folder or two, not in more. */
const MAX_DEPTH = 16;

/** A folder that is the top of a bundle. */
export interface BundleRoot {
  /** Path of the folder with a trailing `/`; empty for the container's own top. */
  readonly prefix: string;
  readonly layout: Layout;
}

/**
 * How the tree below the root is laid out.
 * - `collector`: folders `networking/`, `system/`, `var_log/`, … of the shell collector and the node monitoring agent.
 * - `windows`: everything below `system/`.
 * - `logdog`: flat files of Bottlerocket.
 * - `cni-support`: `var/log/aws-routed-eni/`.
 * - `loose`: a copy of `/var/log/aws-routed-eni` or of its files.
 */
export type Layout = 'collector' | 'windows' | 'logdog' | 'cni-support' | 'loose';

export const KIND_OF_LAYOUT: Readonly<Record<Layout, BundleKind>> = {
  collector: 'linux-collector',
  windows: 'windows-collector',
  logdog: 'bottlerocket',
  'cni-support': 'cni-support',
  loose: 'unknown',
};

/** What one folder has of each kind of tell-tale. */
class Evidence {
  readonly ownFolders = new Set<string>();
  readonly commonFolders = new Set<string>();
  knownFile = false;
  windows = false;
  readonly logdogOwn = new Set<string>();
  readonly logdogCommon = new Set<string>();
  cniSupport = false;
  cniLogs = false;

  layout(): Layout | null {
    if (this.windows) return 'windows';
    if (this.ownFolders.size > 0 || this.knownFile || this.commonFolders.size >= 3) return 'collector';
    if (this.cniSupport) return 'cni-support';
    if (this.logdogOwn.size > 0 && this.logdogOwn.size + this.logdogCommon.size >= 2) return 'logdog';
    return this.cniLogs ? 'loose' : null;
  }
}

/** The tops of all bundles in one container. */
export class BundleRoots {
  readonly #byPrefix = new Map<string, BundleRoot>();

  /** Find them among the paths of the container's files. */
  constructor(paths: Iterable<string>) {
    const folders = new Map<string, Evidence>();
    for (const path of paths) weigh(path, folders);
    const prefixes = [...folders.keys()].sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1));
    for (const prefix of prefixes) {
      const layout = folders.get(prefix)!.layout();
      if (layout !== null && !this.#isClaimed(prefix)) this.#byPrefix.set(prefix, { prefix, layout });
    }
  }

  /** Outermost first, then by path. */
  list(): BundleRoot[] {
    return [...this.#byPrefix.values()];
  }

  /** The root a file belongs to: the innermost above it. */
  of(path: string): BundleRoot | null {
    for (const prefix of foldersAbove(path)) {
      const root = this.#byPrefix.get(prefix);
      if (root !== undefined) return root;
    }
    return null;
  }

  /** True below a folder that belongs to an outer root, where a look-alike is no root of its own. */
  #isClaimed(prefix: string): boolean {
    for (const outer of foldersAbove(prefix.slice(0, -1))) {
      const root = this.#byPrefix.get(outer);
      if (root !== undefined && claims(root, prefix.slice(outer.length).split('/', 1)[0]!)) return true;
    }
    return false;
  }
}

/** True when everything below the root's folder `name` is part of that bundle. */
function claims(root: BundleRoot, name: string): boolean {
  switch (root.layout) {
    case 'collector':
      return OWN_FOLDERS.has(name) || COMMON_FOLDERS.has(name);
    case 'windows':
      return name === 'system';
    case 'cni-support':
      return name === 'var';
    case 'logdog':
    case 'loose':
      return true;
  }
}

/** The prefixes of all folders above a path, innermost first, the empty one last. Deep ones are not looked at. */
function foldersAbove(path: string): string[] {
  const prefixes = [''];
  for (
    let at = path.indexOf('/');
    at !== -1 && prefixes.length <= MAX_DEPTH;
    at = path.indexOf('/', at + 1)
  ) {
    prefixes.push(path.slice(0, at + 1));
  }
  return prefixes.reverse();
}

function depth(prefix: string): number {
  return prefix.split('/').length;
}

function weigh(path: string, folders: Map<string, Evidence>): void {
  for (const prefix of foldersAbove(path)) {
    const rest = path.slice(prefix.length);
    const slash = rest.indexOf('/');
    const name = slash === -1 ? rest : rest.slice(0, slash);
    const isTell = slash === -1 ? isTellTaleFile(name) : isTellTaleFolder(name);
    if (!isTell) continue;
    let evidence = folders.get(prefix);
    if (evidence === undefined) folders.set(prefix, (evidence = new Evidence()));
    if (slash === -1) weighFile(evidence, name);
    else weighFolder(evidence, name, rest);
  }
}

function isTellTaleFile(name: string): boolean {
  return LOGDOG_OWN.has(name) || LOGDOG_COMMON.has(name) || CNI_LOG.test(name);
}

function isTellTaleFolder(name: string): boolean {
  return OWN_FOLDERS.has(name) || COMMON_FOLDERS.has(name) || name === 'var' || name === 'aws-routed-eni';
}

function weighFile(evidence: Evidence, name: string): void {
  if (LOGDOG_OWN.has(name)) evidence.logdogOwn.add(name);
  else if (LOGDOG_COMMON.has(name)) evidence.logdogCommon.add(name);
  else evidence.cniLogs = true;
}

function weighFolder(evidence: Evidence, name: string, rest: string): void {
  if (OWN_FOLDERS.has(name)) evidence.ownFolders.add(name);
  else if (name === 'aws-routed-eni') evidence.cniLogs = true;
  else if (name === 'var') evidence.cniSupport ||= rest.startsWith('var/log/aws-routed-eni/');
  else {
    evidence.commonFolders.add(name);
    evidence.knownFile ||= KNOWN_FILE.test(rest);
    evidence.windows ||= name === 'system' && WINDOWS_FILE.test(rest.slice('system/'.length));
  }
}
