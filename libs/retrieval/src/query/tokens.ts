/** A part of a query as typed. */
export interface QueryToken {
  /** In front of the colon, as written; undefined for plain words and phrases. */
  readonly field?: string;
  readonly value: string;
  readonly isQuoted: boolean;
  readonly isExcluded: boolean;
  /** All of it, as typed. */
  readonly written: string;
}

/** Openings with what closes them. Within a sentence they are plain signs: a quote begins where a token does. */
const QUOTES: Readonly<Record<string, string>> = {
  '"': '"”“＂',
  '“': '”"',
  '”': '”"',
  '„': '“”"',
  '＂': '＂"',
  '«': '»',
  '「': '」',
  '『': '』',
};

const MINUS = /^[-－−]/u;
const FIELD = /^(\p{L}{2,20})[:：]/u;

/** Cuts a query into its parts. Never fails: a quote that nobody closes is a sign like any other. Linear in its length. */
export function tokensOf(query: string): QueryToken[] {
  const tokens: QueryToken[] = [];
  let at = 0;
  while (at < query.length) {
    const blank = /^\s+/u.exec(query.slice(at, at + 64));
    if (blank) {
      at += blank[0].length;
      continue;
    }
    const token = tokenAt(query, at);
    tokens.push(token);
    at += token.written.length;
  }
  return tokens;
}

function tokenAt(query: string, start: number): QueryToken {
  let at = start;
  const isMinus =
    MINUS.test(query[at] ?? '') && /^[\p{L}\p{N}"“”„＂«「『]/u.test(query.slice(at + 1, at + 3));
  if (isMinus) at++;
  const field = FIELD.exec(query.slice(at, at + 24));
  if (field) at += field[0].length;
  const quoted = quotedAt(query, at);
  const end = quoted ? quoted.end : wordEnd(query, at);
  const written = query.slice(start, end);
  return {
    ...(field && { field: field[1] ?? '' }),
    value: quoted ? quoted.text : query.slice(at, end),
    isQuoted: quoted !== undefined,
    isExcluded: isMinus,
    written,
  };
}

/** Closed, and followed by a blank, the end or an opening quote; otherwise its signs belong to the text. */
function quotedAt(query: string, at: number): { text: string; end: number } | undefined {
  const closing = QUOTES[query[at] ?? ''];
  if (closing === undefined) return undefined;
  for (let end = at + 1; end < query.length; end++) {
    if (!closing.includes(query[end] ?? '')) continue;
    const next = query[end + 1] ?? ' ';
    if (/\s/u.test(next) || next in QUOTES) return { text: query.slice(at + 1, end), end: end + 1 };
    return undefined;
  }
  return undefined;
}

function wordEnd(query: string, at: number): number {
  let end = at;
  while (end < query.length && !/\s/u.test(query[end] ?? '')) end++;
  return end;
}
