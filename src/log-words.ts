/**
 * Words as logs have them: `eni-0abc` whole and in parts; nothing is stemmed, and no word is left out. The one way in
 * which both the index and the page of a report cut text: the page carries this function's own source, so it must
 * stand by itself.
 */
export function logWords(text: string): string[] {
  const words: string[] = [];
  for (const piece of text.toLowerCase().split(/[\s"'`(){}[\]<>;=,|\\]+/)) {
    const word = piece.replace(/^[-._:/@]+|[-._:/@]+$/g, '');
    if (word === '') continue;
    words.push(word);
    const parts = word.split(/[-._:/@]+/);
    if (parts.length > 1) for (const part of parts) if (part !== '') words.push(part);
  }
  return words;
}
