/**
 * `eni-configs.json`: the name of the ENIConfig the node would use, a bare JSON string (`"default"` without a label:
 * it does not show that custom networking is on); null for the error texts `Not Found`, `Internal Server Error`.
 */
export function parseEniConfigName(text: string): string | null {
  return /^\s*"([a-z0-9.-]{1,253})"\s*$/.exec(text.slice(0, 1024))?.[1] ?? null;
}
