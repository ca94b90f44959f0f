import type { Fault } from '../fault.js';

/** As a firewall or a service mesh inside the pod: packets arrive and nothing answers. */
export const dstPodSilent: Fault = {
  name: 'dst-pod-silent',
  description:
    'Destination pod: a rule inside the pod drops the connection; everything arrives, nothing answers.',
  apply: (lab) => lab.pod('B', 'iptables -A INPUT -p tcp -m tcp --dport 8080 -j DROP'),
  flows: (f) => [...f.failing(), ...f.bystanders()],
  truth: { expected: ['dst_pod_silent'], dropPoint: 'dst_pod' },
};
