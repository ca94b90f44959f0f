import { isKnown } from '../model/location.js';
import { defineFact, flag, number, perNode, text } from './support/define.js';
import { fileEvidence, lineEvidence } from './support/evidence.js';

/** The collector's own requests to the API server. 401 and 403 are answers: the network works. */
export const apiServerCheck = defineFact({
  name: 'api_server_check',
  description: 'Requests of the log collector to the API server from a node.',
  fields: {
    url: text('endpoint asked'),
    attempts: number('requests'),
    reached: number('requests that got an answer of any status'),
    unreachable: flag('there were attempts and none was answered'),
    error: text('first error'),
  },
  compute: (context) =>
    perNode(
      context,
      'API server check',
      (node) => isKnown(node.apiServer),
      (node) => {
        const { url, attempts, reached, errors } = node.apiServer.value;
        return [
          {
            node: node.id,
            fields: {
              url,
              attempts,
              reached,
              unreachable: attempts > 0 && reached === 0,
              error: errors[0]?.text ?? null,
            },
            evidence:
              errors.length > 0
                ? errors.slice(0, 3).map((error) => lineEvidence(node.id, error.loc, error.text))
                : [
                    fileEvidence(
                      node.id,
                      node.apiServer.file,
                      `${String(reached)} of ${String(attempts)} requests answered`,
                    ),
                  ],
          },
        ];
      },
    ),
});
