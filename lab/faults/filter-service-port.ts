import { serviceDnat } from './service-dnat.js';
import type { Fault } from '../fault.js';

/** Behind the Service the port is another one: the same filter sees nothing there. */
export const filterServicePort: Fault = {
  ...serviceDnat,
  name: 'filter-service-port',
  description: "As service-dnat; the operator filtered all captures by the Service's port.",
  capture: { filter: 'port 80' },
  truth: { expected: [], dropPoint: 'none', accept: ['unknown'] },
};

export const filterServicePortDrop: Fault = {
  ...filterServicePort,
  name: 'filter-service-port-drop',
  description: "The VPC drops calls of a Service; the operator filtered all captures by the Service's port.",
  apply: (lab) =>
    lab.vpc(`iptables -A FORWARD -d ${lab.plan.pods.B.ip}/32 -p tcp -m tcp --dport 8080 -j DROP`),
  flows: (f) => [...f.failing({ to: 'service', dport: 80 }), ...f.bystanders()],
  truth: { expected: [], optional: ['vpc_drop'], dropPoint: 'vpc', accept: ['unknown'] },
};
