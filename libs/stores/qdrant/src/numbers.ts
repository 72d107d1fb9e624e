/** Stands in every vector with weight 0, so that texts without any term count among all texts. */
export const MARK = 0;

/** FNV-1a over UTF-16 units with a final mix; never `MARK`. Part of the format: a change needs another schema version. */
export function numberOf(term: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < term.length; at++) {
    const unit = term.charCodeAt(at);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  const number = (hash ^ (hash >>> 16)) >>> 0;
  return number === MARK ? 1 : number;
}
