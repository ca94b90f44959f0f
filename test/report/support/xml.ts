/** A strict reader for the little XML that reports write: throws at anything that is not well-formed. */

export interface XmlElement {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: XmlElement[];
  text: string;
}

const TOKEN = /<\?xml [^?]*\?>|<(\/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>|[^<]+/gy;
const ALLOWED = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

export function parseXml(text: string): XmlElement {
  if (!ALLOWED.test(text)) throw new Error('a character that XML forbids');
  const top: XmlElement = { name: '', attributes: {}, children: [], text: '' };
  const open = [top];
  let at = 0;
  for (const m of text.matchAll(TOKEN)) {
    if (m.index !== at) throw new Error(`not well-formed at ${at}`);
    at += m[0].length;
    const [token, closing, name, attributes, empty] = m;
    if (token.startsWith('<?')) continue;
    const parent = open.at(-1)!;
    if (name === undefined) parent.text += unescape(token);
    else if (closing === '/') {
      if (open.pop()!.name !== name) throw new Error(`</${name}> closes nothing`);
    } else {
      const element = { name, attributes: attributesOf(attributes!), children: [], text: '' };
      parent.children.push(element);
      if (empty !== '/') open.push(element);
    }
  }
  if (at !== text.length || open.length !== 1) throw new Error(`not well-formed at ${at}`);
  return top.children[0]!;
}

function attributesOf(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/ ([a-z]+)="([^"]*)"/g)].map((m) => [m[1]!, unescape(m[2]!)]));
}

function unescape(text: string): string {
  return text.replace(/&([^;]*);?/g, (whole, body: string) => {
    const code = /^#(\d+)$/.exec(body)?.[1];
    if (code === undefined) throw new Error(`not a reference: ${whole}`);
    return String.fromCodePoint(Number(code));
  });
}
