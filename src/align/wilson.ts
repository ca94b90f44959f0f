/** 95 % Wilson score interval of a share: honest for small counts, unlike the normal approximation. */
export function wilson(lost: number, sent: number): { rate: number; low: number; high: number } {
  if (sent === 0) return { rate: 0, low: 0, high: 1 };
  const z = 1.959964;
  const p = lost / sent;
  const z2 = z * z;
  const centre = (p + z2 / (2 * sent)) / (1 + z2 / sent);
  const half = (z / (1 + z2 / sent)) * Math.sqrt((p * (1 - p)) / sent + z2 / (4 * sent * sent));
  return { rate: p, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
