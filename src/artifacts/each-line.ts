/** Calls `visit` for each line of a text, without its line end (LF or CR LF), numbered from 1. */
export function eachLine(text: string, visit: (line: string, number: number) => void): void {
  let from = 0;
  let number = 0;
  while (from < text.length) {
    let to = text.indexOf('\n', from);
    if (to < 0) to = text.length;
    const end = to > from && text.charCodeAt(to - 1) === 0x0d ? to - 1 : to;
    number += 1;
    visit(text.slice(from, end), number);
    from = to + 1;
  }
}
