import { snatRemoteDrop } from './snat-remote-drop.js';
import { snatRemote } from './snat-remote.js';
import type { Fault } from '../fault.js';

/** On the network interfaces the pod has the node's address: the same filter sees nothing there. */
export const filterHostSnat: Fault = {
  ...snatRemote,
  name: 'filter-host-snat',
  description: "As snat-remote; the operator filtered all captures by the client pod's address.",
  capture: { filter: 'host {A}' },
  truth: { expected: [], dropPoint: 'none', accept: ['unknown'] },
};

export const filterHostSnatDrop: Fault = {
  ...snatRemoteDrop,
  name: 'filter-host-snat-drop',
  description: "As snat-remote-drop; the operator filtered all captures by the client pod's address.",
  capture: { filter: 'host {A}' },
  truth: { expected: [], optional: ['vpc_drop'], dropPoint: 'vpc', accept: ['unknown'] },
};
