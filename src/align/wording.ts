import type { FlowReason, Point, Segment, SizeLoss } from '../model/trace.js';
import type { Analysis } from './analyse.js';
import { pointName, segmentName } from './flows.js';
import type { Judged } from './verdicts.js';

/** Names of points and segments as people say them. */
export function pointText(p: Point): string {
  return {
    src_veth: 'source veth',
    src_eth0: 'source ENI',
    dst_eth0: 'destination ENI',
    dst_veth: 'destination veth',
  }[p];
}

export function segmentText(s: Segment): string {
  return {
    none: 'nowhere',
    src_pod: 'in the source pod',
    src_node: 'on the source node',
    vpc: 'in the VPC, between the two nodes',
    dst_node: 'on the destination node',
    dst_pod: 'in the destination pod',
    unknown: 'at a place the captures cannot tell',
  }[s];
}

/** One sentence for a flow's verdict. */
export function explain(j: Judged, size: SizeLoss | null, backwards: boolean): string {
  const a = j.analysis;
  const last = j.lastSeen === null ? null : pointText(pointName(j.lastSeen, backwards));
  const missing = j.firstMissing === null ? null : pointText(pointName(j.firstMissing, backwards));
  const sent = j.direction === 'return' ? answersOf(a) : questionsOf(a);
  const what = j.reason === 'fragment' ? `${sent} in fragments` : sent;
  const assumed = j.proved
    ? ''
    : ` (the capture at the ${missing} holds too little to prove that it was running)`;
  switch (j.verdict) {
    case 'delivered':
      return deliveredText(j.reason);
    case 'rejected':
      return `refused by ${a.refusal!.by === 'rst' ? 'a TCP reset' : `ICMP type ${a.refusal!.icmpType} code ${a.refusal!.icmpCode}`} from ${a.refusal!.sender}, made ${placeOfRefusal(j, backwards)}`;
    case 'lossy':
      return `part of ${what} seen at the ${last} never reached the ${missing}; the rest arrived`;
    case 'dropped':
      if (j.reason === 'no-answer')
        return j.direction === 'return'
          ? 'the answer reached the source veth and the pod did not react'
          : 'everything arrived at the destination veth and nothing came back';
      if (size !== null)
        return `${what} of ${size.smallestLost} bytes and more, seen at the ${last}, never reached the ${missing}; up to ${size.largestPassed} bytes passed${assumed}`;
      return `${what} seen at the ${last} never reached the ${missing}${assumed}${hiddenText(j)}`;
    case 'inconclusive':
      return inconclusiveText(j, last);
  }
}

function hiddenText({ missedInterface }: Judged): string {
  return missedInterface === null ? '' : `; they come in by ${missedInterface}, which was not captured`;
}

function placeOfRefusal(j: Judged, backwards: boolean): string {
  const { candidates } = j.analysis.refusal!;
  const names = (j.stretch === 'unknown' && candidates.length === 2 ? candidates : [j.stretch]).map(
    (stretch) => segmentText(segmentName(stretch, backwards)),
  );
  return names.join(' or ');
}

function questionsOf(a: Analysis): string {
  if (a.tcp === null) return 'packets';
  return a.tcp.established ? 'segments' : 'SYNs';
}

function answersOf(a: Analysis): string {
  if (a.tcp === null) return 'answers';
  return a.tcp.established ? 'segments of the answer' : 'SYN-ACKs';
}

function deliveredText(reason: FlowReason): string {
  return {
    acknowledged: 'everything sent was acknowledged',
    answered: 'answered',
    'seen-at-last-point': 'seen at the last captured point; no answer was expected or captured',
  }[reason as 'answered'];
}

function inconclusiveText(j: Judged, last: string | null): string {
  const seen = last === null ? 'not seen where expected' : `last seen at the ${last}`;
  switch (j.reason) {
    case 'interface-not-captured':
      return `${seen}; its way leads over ${j.missedInterface}, which was not captured`;
    case 'beyond-last-point':
      return `${seen}, without an answer; no capture lies beyond`;
    case 'capture-empty':
      return `${seen}; the next capture is empty and cannot prove that it was running`;
    case 'outside-window':
      return `${seen}; the captures do not overlap long enough to tell`;
    case 'point-not-captured':
      return `${seen}; beyond, its node's address stands for its own, and where that is put in was not captured`;
    case 'roles-unknown':
      return 'nothing tells at which point of its way it was captured';
    default:
      return `${seen}; only one direction was captured`;
  }
}
