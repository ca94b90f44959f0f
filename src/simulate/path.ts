import { isLimitedBroadcast, isLinkLocal6, isMulticast } from './address.js';
import { type End, lastDecision, runHook, TABLES, UNDETERMINED } from './hooks.js';
import { BROADCAST, type Found, route } from './route-step.js';
import { martian, validateSource } from './rp-filter.js';
import { addTrail, type State } from './state.js';
import { interfaceSysctl, sysctl } from './sysctl.js';
import type { Decision } from './types.js';

/** A packet that comes in by an interface. */
export function receive(state: State): End {
  return runHook(state, 'PREROUTING') ?? routeInput(state);
}

/** A packet that a process of the node sends. */
export function send(state: State): End {
  let found = routeOutput(state);
  if ('verdict' in found) return found;
  // The kernel routes again when mangle changed the mark or nat the destination; `-o` of OUTPUT stays the first.
  for (const { tables, changed } of OUTPUT_STEPS) {
    const before = { dst: state.dst, mark: state.mark };
    const end = runHook(state, 'OUTPUT', tables);
    if (end !== null) return end;
    if (!changed(before, state)) continue;
    const oif = state.oif;
    found = routeOutput(state);
    if ('verdict' in found) return found;
    state.oif = oif;
  }
  state.oif = found.dev;
  const post = runHook(state, 'POSTROUTING');
  if (post !== null) return post;
  if (!found.local) return { verdict: 'forwarded', decision: lastDecision(state) ?? found.decision };
  // To the node itself: in again by lo, with the connection already known to nat.
  state.iif = 'lo';
  state.oif = null;
  return runHook(state, 'PREROUTING', ['raw', 'mangle']) ?? deliver(state, found);
}

interface BeforeOutput {
  readonly dst: State['dst'];
  readonly mark: State['mark'];
}

const OUTPUT_STEPS: readonly {
  readonly tables: readonly string[];
  readonly changed: (before: BeforeOutput, state: State) => boolean;
}[] = [
  { tables: ['raw'], changed: () => false },
  { tables: ['mangle'], changed: (before, s) => before.mark.value !== s.mark.value },
  { tables: ['nat'], changed: (before, s) => before.dst !== s.dst },
  { tables: ['filter', 'security'], changed: () => false },
];

/** mangle and filter FORWARD alone. */
export function forwardOnly(state: State): End {
  return runHook(state, 'FORWARD') ?? { verdict: 'forwarded', decision: lastDecision(state) };
}

function notFollowed(state: State): End {
  state.uncertain.add('multicast, link-local and sent broadcast packets are not followed');
  return UNDETERMINED;
}

function routeInput(state: State): End {
  const bad = martian(state);
  if (bad !== null) return drop(state, { kind: 'rp_filter', text: bad, loc: null });
  if (isMulticast(state.dst)) return notFollowed(state);
  const found = isLimitedBroadcast(state.dst) ? BROADCAST : route(state, state.iif ?? 'lo');
  if ('verdict' in found) return found;
  if (!found.local && (isLinkLocal6(state.dst) || isLinkLocal6(state.src))) return notFollowed(state);
  if (found.local) {
    state.broadcast = isLimitedBroadcast(state.dst) || found.decision?.routeType === 'broadcast';
    const invalid = validateSource(state, null, state.broadcast);
    return invalid === null ? deliver(state, found) : drop(state, invalid);
  }
  // IPv4 asks whether forwarding is on before it answers for a route that refuses; IPv6 after.
  const off = forwardingOff(state);
  if (off !== null && (state.family === 4 || found.refusal === null)) return drop(state, off);
  if (found.refusal !== null) return found.refusal;
  const invalid = validateSource(state, found.dev);
  if (invalid !== null) return drop(state, invalid);
  if (state.ttl !== null && state.ttl <= 1) {
    return { verdict: 'rejected', decision: { kind: 'ttl', text: 'time to live exceeded', loc: null } };
  }
  if (state.ttl !== null) state.ttl -= 1;
  state.oif = found.dev;
  return (
    runHook(state, 'FORWARD') ??
    runHook(state, 'POSTROUTING') ?? {
      verdict: 'forwarded',
      decision: lastDecision(state) ?? found.decision,
    }
  );
}

function routeOutput(state: State): Found | End {
  const found = route(state, 'lo');
  if ('verdict' in found) return found;
  if (found.refusal !== null) return found.refusal;
  if (found.decision?.routeType === 'broadcast' || isMulticast(state.dst)) return notFollowed(state);
  state.oif = found.local ? 'lo' : found.dev;
  return found.local ? { ...found, dev: 'lo' } : found;
}

function deliver(state: State, found: Found): End {
  if (found.dev === 'kube-ipvs0') state.uncertain.add('a service address that IPVS handles');
  state.oif = null;
  // A packet of the node to itself had its source settled in POSTROUTING.
  const tables = state.local ? TABLES.INPUT.filter((table) => table !== 'nat') : TABLES.INPUT;
  const input = runHook(state, 'INPUT', tables);
  return input ?? { verdict: 'delivered', decision: lastDecision(state) ?? found.decision };
}

function drop(state: State, decision: Decision): End {
  addTrail(
    state,
    { hook: 'ROUTING', table: null, chain: null, text: decision.text },
    decision.loc,
    `drop (${decision.kind})`,
  );
  return { verdict: 'dropped', decision };
}

/** The setting that forbids forwarding; null when it is allowed. */
function forwardingOff(state: State): Decision | null {
  const { node } = state;
  const iif = state.iif ?? 'lo';
  const key = state.family === 4 ? 'net.ipv4.ip_forward' : 'net.ipv6.conf.all.forwarding';
  const own = interfaceSysctl(node, iif, state.family === 4 ? 'forwarding' : 'force_forwarding');
  const setting = state.family === 4 ? (own ?? sysctl(node, key)) : sysctl(node, key);
  if (setting === null) {
    const off = state.decisions.choose(2, `${key} is not known`) === 1;
    return off ? { kind: 'sysctl', text: `${key} is not known`, loc: null } : null;
  }
  if (setting.value !== 0 || (state.family === 6 && (own?.value ?? 0) !== 0)) return null;
  return { kind: 'sysctl', text: setting.text, loc: setting.loc };
}
