/** XMP that is looked at, over all packets of a file. */
export const XMP_BYTES_MAX = 256 * 1024;

const VALUE_MAX = 16 * 1024;
/** Places where a property's name may stand before its value is found. */
const PLACES_MAX = 16;

/**
 * The value of a property by its usual prefix, as attribute or as element, its inner tags left out; null where
 * there is none. Looks for the name in the text: no XML is parsed and no entity but the five of XML and character
 * references is replaced, so nothing in a packet can expand.
 */
export function xmpValue(xmp: string, name: string): string | null {
  let at = xmp.indexOf(name);
  for (let places = 0; at >= 0 && places < PLACES_MAX; places++) {
    const after = xmp.slice(at + name.length, at + name.length + VALUE_MAX);
    const attribute = /^\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/.exec(after);
    if (attribute !== null) return unescapeXml((attribute[1] ?? attribute[2] ?? '').trim());
    if (xmp[at - 1] === '<' && /^[\s>/]/.test(after)) {
      // The property may be a resource: its value is then an attribute of the tag.
      const [tag = ''] = /^[^>]*>?/.exec(after) ?? [];
      const resource = /rdf:resource\s*=\s*["']([^"'<]*)["']/.exec(tag);
      if (resource !== null) return unescapeXml((resource[1] ?? '').trim());
      const end = after.indexOf(`</${name}>`);
      if (end >= 0 && !tag.endsWith('/>')) return unescapeXml(textBetween(after.slice(tag.length, end)));
    }
    at = xmp.indexOf(name, at + name.length);
  }
  return null;
}

function textBetween(markup: string): string {
  return markup.replace(/<[^<>]*>/g, ' ').trim();
}

const ENTITIES: Record<string, string> = { quot: '"', apos: "'", lt: '<', gt: '>', amp: '&' };

function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w{2,4}));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return ENTITIES[name as string] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex as string, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
