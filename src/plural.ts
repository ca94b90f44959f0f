/** `1 connection`, `2 connections`, `1,234,567 lines`. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${withCommas(n)} ${n === 1 ? one : many}`;
}

/** `1,234,567`: loading the language data of `toLocaleString` takes longer than a search. */
function withCommas(n: number): string {
  return String(n).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
