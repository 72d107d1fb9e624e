/** No source makes longer ones; beyond it nothing is looked for. */
const MAX_WORDS = 40;

/** The words of an address: documents are found by them, and recognised by the address itself. */
export function searchedAddress(url: string): string {
  const parsed = URL.parse(url);
  if (!parsed) return '';
  const words = decoded(parsed.pathname).match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.slice(-MAX_WORDS).join(' ');
}

/** The same page, wherever in it the address points. */
export function sameAddress(one: string, other: string): boolean {
  const [first, second] = [one, other].map((each) => URL.parse(each));
  if (!first || !second) return false;
  return first.protocol === second.protocol && first.host === second.host && pageOf(first) === pageOf(second);
}

function pageOf({ pathname, search }: URL): string {
  return decoded(pathname).replace(/\/+$/u, '') + search;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone percent sign: the text as it stands.
    return text;
  }
}
