import type { RuleMatch } from '../../model/node.js';
import { inNet, parseNet } from '../address.js';
import { protocolNumber } from '../protocol.js';
import type { State } from '../state.js';
import { type CompileMatch, type MatchGroup, optionTest, type Test, tri, undecidable } from './test.js';
import { parsePortRange } from './transport.js';

/** True when the packet belongs to a tracked connection. */
function tracked(state: State): boolean {
  return state.ctstate !== 'INVALID' && state.ctstate !== 'UNTRACKED';
}

/** `--ctstate NEW,DNAT`: the state, or the virtual states of translated connections. */
function stateTest(match: RuleMatch): Test {
  const states = new Set((match.args[0] ?? '').split(','));
  return optionTest(match, (s) => {
    if (states.has(s.ctstate)) return true;
    if (!tracked(s)) return false;
    const dnat = states.has('DNAT') ? s.dnat : false;
    const snat = states.has('SNAT') ? s.snat : false;
    if (dnat === true || snat === true) return true;
    return dnat === null || snat === null ? null : false;
  });
}

/** What the first packet of a connection tells of it; others leave it open. */
function originalTest(match: RuleMatch, group: MatchGroup): Test {
  const [word = ''] = match.args;
  const { option } = match;
  if (option === 'ctorigsrc' || option === 'ctorigdst') {
    const net = parseNet(word, group.family);
    const field = option === 'ctorigsrc' ? 'src' : 'dst';
    if (net === null) return undecidable(match);
    return optionTest(match, (s) => (s.ctstate === 'NEW' ? inNet(s.original[field], net) : null));
  }
  if (option === 'ctorigsrcport' || option === 'ctorigdstport') {
    const range = parsePortRange(word);
    const field = option === 'ctorigsrcport' ? 'sport' : 'dport';
    if (range === null) return undecidable(match);
    return optionTest(match, (s) =>
      s.ctstate === 'NEW' ? s.original[field] >= range.from && s.original[field] <= range.to : null,
    );
  }
  if (option === 'ctproto') {
    const number = protocolNumber(word);
    return number === null ? undecidable(match) : optionTest(match, (s) => s.protocol === number);
  }
  if (option === 'ctdir') {
    return optionTest(match, (s) => (s.ctstate === 'NEW' ? word === 'ORIGINAL' : null));
  }
  return undecidable(match);
}

/** Without a connection only `--ctstate` counts: beside it other options pass, alone they fail. */
function needsConnection(test: Test, besideState: boolean): Test {
  return { ...test, run: (s) => (tracked(s) ? test.run(s) : tri(besideState)) };
}

export const conntrack: CompileMatch = (group) => {
  const besideState = group.options.some((match) => match.option === 'ctstate');
  return group.options.map((match) => {
    if (match.option === 'ctstate') return stateTest(match);
    const test = match.option === 'ctstatus' ? statusTest(match) : originalTest(match, group);
    return needsConnection(test, besideState);
  });
};

/** `--ctstatus`: of a first packet only what NAT did is certain (a repeated one may be confirmed). */
function statusTest(match: RuleMatch): Test {
  const words = new Set((match.args[0] ?? '').split(','));
  if (![...words].every((w) => w === 'SNAT' || w === 'DNAT' || w === 'SEEN_REPLY' || w === 'ASSURED')) {
    return undecidable(match);
  }
  return optionTest(match, (s) => {
    const dnat = words.has('DNAT') ? s.dnat : false;
    const snat = words.has('SNAT') ? s.snat : false;
    if (dnat === true || snat === true) return true;
    const replied = (words.has('SEEN_REPLY') || words.has('ASSURED')) && s.ctstate !== 'NEW';
    return dnat === null || snat === null || replied ? null : false;
  });
}

/** The older `-m state --state NEW`. */
export const state: CompileMatch = ({ options }) =>
  options.map((match) => {
    const states = new Set((match.args[0] ?? '').split(','));
    return optionTest(match, (s) => states.has(s.ctstate));
  });
