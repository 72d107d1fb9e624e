/** A picture in Markdown: a host that shows it loads it, and with it whatever stands in its address. */
const IMAGE = /!(?=\[(?:[^\]\\]|\\.){0,500}\](?:\(|\[|:))/gu;

/** A link whose own words look like another address. */
const LINK = /\[([^\]\n]{1,500})\]\((<?)(https?:\/\/[^\s)>]{1,2000})/giu;
const LOOKS_LIKE_ADDRESS = /(?:https?:\/\/|www\.)?((?:[\p{L}\p{N}-]+\.)+\p{L}{2,})/iu;

/** Addresses in text, up to what cannot be part of one. */
const ADDRESS = /https?:\/\/[^\s<>"'`)\]}|\\]{1,2000}/giu;

/**
 * Links that are what they seem: no picture is loaded, a host in letters of another script is shown as the network knows it, a
 * name before an "@" is no host, and a link that calls itself another address is none.
 */
export function honestLinks(text: string): string {
  if (!/[:!]/u.test(text)) return text;
  return text
    .replace(IMAGE, '! ')
    .replace(LINK, (all, words: string, bracket: string, target: string) =>
      isElsewhere(words, target) ? `[${words}] (${bracket}${target}` : all,
    )
    .replace(ADDRESS, honestAddress);
}

/**
 * An address that may leave as one: http(s) or a file, as the network knows it, without signs that mean something in Markdown
 * or HTML; empty for anything that is a program.
 */
export function cleanAddress(address: string): string {
  const url = URL.parse(address);
  if (!url || !['https:', 'http:', 'file:'].includes(url.protocol)) return '';
  url.username = '';
  url.password = '';
  const end = address.endsWith('/') ? url.href : url.href.replace(/\/$/u, '');
  return `${url.origin === 'null' ? '' : url.origin}${end.slice(url.origin === 'null' ? 0 : url.origin.length).replace(MEANS_MORE, encoded)}`;
}

/** Brackets of links, and the beginning of an entity: a browser reads `&lt` as one with or without its semicolon. */
const MEANS_MORE = /[[\]();'@]|&(?=#|lt|gt|amp|quot|apos|colon|tab|newline)/giu;

function encoded(sign: string): string {
  return `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
}

function honestAddress(address: string): string {
  // Only what deceives is rewritten: everything else stays as it was written.
  const authority = /^https?:\/\/([^/?#]*)/iu.exec(address)?.[1] ?? '';
  if (/^[\u0021-\u007e]*$/u.test(authority) && !authority.includes('@')) return address;
  return cleanAddress(address) || address.replace('://', ': //');
}

function isElsewhere(words: string, target: string): boolean {
  const named = LOOKS_LIKE_ADDRESS.exec(words)?.[1];
  const isAddress = named !== undefined && (/https?:\/\/|www\./iu.test(words) || named === words.trim());
  if (!isAddress) return false;
  const host = URL.parse(target)?.hostname;
  const claimed = URL.parse(`https://${named}`)?.hostname;
  if (host === undefined || claimed === undefined) return true;
  return (
    host !== claimed &&
    !host.endsWith(`.${claimed}`) &&
    host !== `www.${claimed}` &&
    `www.${host}` !== claimed
  );
}
