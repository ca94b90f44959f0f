import { joinIptablesCounters, parseIptablesList, type ListFile } from '../artifacts/iptables-list.js';
import { parseIptablesSave } from '../artifacts/iptables-save.js';
import type { Collected } from '../model/location.js';
import type { Family, Iptables, IptablesTable } from '../model/node.js';
import type { Parsed } from '../artifacts/parsed.js';
import { findFiles, type Artifact } from './files.js';
import type { ArtifactReader } from './reader.js';

const ARTIFACTS: Readonly<
  Record<Family, { save: Artifact; lists: readonly (readonly [string, Artifact])[] }>
> = {
  4: {
    save: 'iptablesSave',
    lists: [
      ['filter', 'iptablesFilter'],
      ['nat', 'iptablesNat'],
      ['mangle', 'iptablesMangle'],
    ],
  },
  6: {
    save: 'ip6tablesSave',
    lists: [
      ['filter', 'ip6tablesFilter'],
      ['nat', 'ip6tablesNat'],
      ['mangle', 'ip6tablesMangle'],
    ],
  },
};

/**
 * Rules from iptables-save with the counters of the list files; from the list files alone where the former was not
 * collected. A list file without any chain (`Total Number of Rules: 0`) is not an empty firewall: iptables failed.
 */
export function collectIptables(reader: ArtifactReader, family: Family): Collected<Iptables> {
  const { save, lists } = ARTIFACTS[family];
  const listFiles: ListFile[] = [];
  let firstList: Collected<unknown> | null = null;
  for (const [table, artifact] of lists) {
    const list = collectList(reader, table, artifact, family);
    if (list === null) continue;
    if (list.usable !== null) listFiles.push(list.usable);
    firstList =
      firstList === null || (firstList.state !== 'ok' && list.collected.state === 'ok')
        ? list.collected
        : firstList;
  }
  const saved = reader.text(save, noTables(family), (text, path) => parsedSave(text, path, family));
  if (saved.value.tables.size > 0) return { ...saved, value: joinIptablesCounters(saved.value, listFiles) };
  if (listFiles.length > 0) {
    const tables = new Map<string, IptablesTable>();
    let otherBackendPresent = saved.value.otherBackendPresent;
    for (const { table, text, file } of listFiles) {
      const parsed = parseIptablesList(text, file, table, family);
      otherBackendPresent ||= parsed.otherBackendPresent;
      for (const [name, value] of parsed.tables) tables.set(name, value);
    }
    const value: Iptables = { ...noTables(family), tables, otherBackendPresent };
    const note = `read from the list files (${[...tables.keys()].join(', ')}); iptables-save is ${saved.state}`;
    return { state: 'ok', file: listFiles[0]!.file, value, note };
  }
  if (saved.state !== 'missing' || firstList === null) {
    return saved.state === 'ok' ? { ...saved, state: 'empty', note: 'it holds no table' } : saved;
  }
  return { state: firstList.state, file: firstList.file, value: saved.value, ...noteOf(firstList) };
}

function collectList(reader: ArtifactReader, table: string, artifact: Artifact, family: Family) {
  let answer: { collected: Collected<null>; usable: ListFile | null } | null = null;
  // Two copies of the filter table are collected; the second serves when the first failed.
  for (const file of findFiles(reader.bundle, artifact)) {
    let usable: ListFile | null = null;
    const collected = reader.textFile<null>(file, null, (text, path) => {
      if (/^Chain /m.test(text)) usable = { table, text, file: path };
      else if (
        /^(=+|Total Number of Rules: 0|# Warning.*|\s*)$/gm.test(text) &&
        /^Total Number of Rules: 0$/m.test(text)
      ) {
        return { value: null, understood: 1, notUnderstood: 0 };
      }
      return {
        value: null,
        understood: usable === null ? 0 : parseIptablesList(text, path, table, family).tables.size,
        notUnderstood: 0,
      };
    });
    const failed = collected.state === 'ok' && usable === null;
    const state: Collected<null> = failed
      ? {
          ...collected,
          state: 'empty',
          note: 'no chain is listed: iptables failed (0 rules here means not collected)',
        }
      : collected;
    answer ??= { collected: state, usable };
    if (usable !== null) return { collected: state, usable };
  }
  return answer;
}

function parsedSave(text: string, path: string, family: Family): Parsed<Iptables> {
  const value = parseIptablesSave(text, path, family);
  // Comments alone are its output too: no table is loaded, or only in the other backend.
  const comments = value.tables.size === 0 && /^#/m.test(text) ? 1 : 0;
  return {
    value,
    understood: value.tables.size + comments,
    notUnderstood: value.notUnderstood.length,
    truncated: value.truncated ?? false,
  };
}

function noteOf(collected: Collected<unknown>): { note?: string } {
  return collected.note === undefined ? {} : { note: collected.note };
}

function noTables(family: Family): Iptables {
  return { family, backend: null, tables: new Map(), otherBackendPresent: false, notUnderstood: [] };
}
