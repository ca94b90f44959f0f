import type { Sysctl } from '../model/node.js';
import { entriesOf, LineIndex } from './json.js';
import { lastObject, readJsonDocuments } from './json-documents.js';
import type { Parsed } from './parsed.js';

/**
 * `networkutils-env-settings.json` and `ipamd-env-settings.json`: the settings ipamd works with. Values are kept as
 * text: `true`, `128`, a list as JSON; `null` is left out.
 *
 *     {"AWS_VPC_K8S_CNI_CONNMARK":128,"AWS_VPC_K8S_CNI_EXTERNALSNAT":false,"AWS_VPC_ENI_MTU":9001,
 *      "AWS_VPC_K8S_CNI_VETHPREFIX":"eni","AWS_EXTERNAL_SERVICE_CIDRS":null}
 */
export function parseEnvSettings(text: string, file: string): Parsed<ReadonlyMap<string, Sysctl>> {
  const read = readJsonDocuments(text);
  const document = lastObject(read);
  const index = new LineIndex(text);
  const settings = new Map<string, Sysctl>();
  for (const [key, value] of entriesOf(document?.value).slice(0, 500)) {
    if (value === null || key === 'AvailableCommands') continue;
    const line = index.lineOf(JSON.stringify(key), document?.start ?? 0);
    settings.set(key, {
      value: typeof value === 'string' ? value : JSON.stringify(value),
      loc: { file, line },
    });
  }
  return {
    value: settings,
    understood: settings.size,
    notUnderstood: read.rejected,
    truncated: read.truncated,
  };
}
