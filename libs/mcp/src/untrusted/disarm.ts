/** `<` and `>`, plain or written as an entity, however often that was escaped again. */
const AMPERSAND = '&(?:(?:amp|#0{0,6}38|#x0{0,6}26);?){0,8}';
/** Forms of other scripts too: hosts that fold them (NFKC) would make signs of them. */
const OPEN = `(?:[<＜﹤]|${AMPERSAND}(?:lt|#0{0,6}60|#x0{0,6}3c);?)`;
const CLOSE = `(?:[>＞﹥]|${AMPERSAND}(?:gt|#0{0,6}62|#x0{0,6}3e);?)`;

/** Characters looked at inside one tag; a longer one is disarmed without looking further. */
const MAX_TAG = 2_000;

/** How a browser reads a tag: the name goes on to a blank or slash, the attributes to the end, other `<` included. */
const TAG = new RegExp(
  `${OPEN}(?=(/?[a-z](?:(?!${CLOSE})[^\\s/]){0,100})((?:(?!${CLOSE})[^]){0,${MAX_TAG}}))`,
  'giu',
);

/** Comments, declarations and instructions: a page does not show them, and a model reads them. */
const UNSEEN = new RegExp(`${OPEN}(?=!--|!\\[CDATA|!doctype|!entity|\\?(?:xml|php|=))`, 'giu');

/** Elements that load, run or post something by being there. */
const ACTIVE_ELEMENTS = new Set(
  (
    'script style iframe frame frameset object embed applet portal fencedframe meta link base form input button ' +
    'img image picture textarea select svg math animate set template slot noscript audio video source track'
  ).split(' '),
);

/** Attributes that are programs, and addresses that are. */
const ACTIVE_ATTRIBUTE =
  /(?:^|[\s"'/])(?:on[a-z]{3,}|srcdoc|srcset|background|poster|ping|formaction|style|lowsrc|dynsrc)\s*=/iu;
const ACTIVE_SCHEME = /(?:javascript|vbscript|data):/iu;

/** The same schemes as the target of a Markdown link. */
const ACTIVE_LINK = /(\]\(\s*<?\s*)(?:javascript|vbscript|data):/giu;

/**
 * Makes HTML inert that would run, load or post something where a host renders text as HTML or Markdown: its `<`,
 * written in whatever way, becomes "‹". Words and code stay readable, so nothing a person may need is lost.
 * Cost: linear, at most `MAX_TAG` steps per `<` or `&`.
 */
export function disarm(text: string): string {
  const withoutTags = /[<&＜﹤]/u.test(text)
    ? text
        .replace(UNSEEN, '‹')
        .replace(TAG, (open, name: string, attributes: string) => (isActive(name, attributes) ? '‹' : open))
    : text;
  return withoutTags.replace(ACTIVE_LINK, '$1blocked:');
}

function isActive(name: string, attributes: string): boolean {
  if (ACTIVE_ELEMENTS.has(name.replace('/', '').toLowerCase())) return true;
  if (attributes.length >= MAX_TAG) return true;
  const decoded = decodeEntities(`${name} ${attributes}`);
  if (ACTIVE_ATTRIBUTE.test(decoded) || ACTIVE_SCHEME.test(decoded.replace(/\s+/gu, ''))) return true;
  // An open quote means that a browser would read on, past the ">" where we stopped.
  return hasOpenQuote(decoded);
}

function hasOpenQuote(attributes: string): boolean {
  return attributes.includes('=') && ['"', "'"].some((quote) => attributes.split(quote).length % 2 === 0);
}

const NAMED: Readonly<Record<string, string>> = { colon: ':', tab: '', newline: '', equals: '=', quot: '"' };

/** Numbers, and the names that hide a scheme or a handler; again while there is something to decode. */
function decodeEntities(text: string): string {
  let current = text;
  for (let round = 0; round < 4 && current.includes('&'); round++) {
    current = current
      .replace(/&(?:amp|#0{0,6}38|#x0{0,6}26);?/giu, '&')
      .replace(/&#(?:x([0-9a-f]{1,6})|([0-9]{1,7}));?/giu, (_entity, hex?: string, decimal?: string) =>
        character(hex ? parseInt(hex, 16) : Number(decimal)),
      )
      .replace(
        /&(colon|tab|newline|equals|quot);?/giu,
        (_entity, name: string) => NAMED[name.toLowerCase()] ?? '',
      );
  }
  return current;
}

function character(code: number): string {
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
}
