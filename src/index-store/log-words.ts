/**
 * Words as logs have them: `eni-0abc` whole and in parts; nothing is stemmed, and no word is left out.
 *
 * The HTML page holds the source of this function, so that its search has the same words: it may use nothing from
 * outside its own body.
 */
export function logWords(text: string): string[] {
  const words: string[] = [];
  for (const piece of text.toLowerCase().split(/[\s"'`(){}[\]<>;=,|\\]+/)) {
    const word = piece.replace(/^[-._:/@]+|[-._:/@]+$/g, '');
    if (word === '') continue;
    words.push(word);
    const parts = word.split(/[-._:/@]+/);
    if (parts.length > 1) words.push(...parts.filter((part) => part !== ''));
  }
  return words;
}
