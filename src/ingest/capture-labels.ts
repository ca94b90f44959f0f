/**
 * Names for captures: as short as the user would call them, yet no two alike. Each capture comes with all parts of
 * its place, outermost first, and the number of last parts that name it when nothing else has that name. Captures
 * that share a name get folders in front until they differ (`node-a/eth0.pcap`, `node-b/eth0.pcap`).
 */
export function captureLabels(
  places: readonly { readonly parts: readonly string[]; readonly shown: number }[],
): string[] {
  const shown = places.map((place) => place.shown);
  const label = (i: number): string => places[i]!.parts.slice(-shown[i]!).join('/');
  for (;;) {
    const groups = new Map<string, number[]>();
    for (let i = 0; i < places.length; i++) {
      const group = groups.get(label(i));
      if (group === undefined) groups.set(label(i), [i]);
      else group.push(i);
    }
    const longer = [...groups.values()]
      .filter((group) => group.length > 1)
      .flat()
      .filter((i) => shown[i]! < places[i]!.parts.length);
    if (longer.length === 0) return numbered(places.map((_, i) => label(i)));
    for (const i of longer) shown[i]! += 1;
  }
}

/** `a`, `a#2`, `a#3` for names that are the same to the last. */
export function numbered(names: readonly string[]): string[] {
  const used = new Set<string>();
  const last = new Map<string, number>();
  return names.map((name) => {
    let n = last.get(name) ?? 1;
    let unique = n === 1 ? name : `${name}#${n}`;
    for (; used.has(unique); unique = `${name}#${n}`) n += 1;
    used.add(unique);
    last.set(name, n);
    return unique;
  });
}
