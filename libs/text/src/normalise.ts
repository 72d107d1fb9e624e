/** Characters that show nothing and can carry hidden text or turn its direction round. */
const INVISIBLE =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]|[\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;

/** Joiners and variation selectors mean something only beside the characters they were made for. */
const LOOSE_JOINERS =
  /(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d|\u200d(?!\p{Extended_Pictographic})|(?<![\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}])\u200c|(?<![\p{Extended_Pictographic}0-9#*\p{Script=Han}])[\ufe00-\ufe0f]/gu;

const PLAIN = /^[\t\n\u0020-\u007e]*$/;

/**
 * The form in which text is stored and shown: NFC, LF, well formed, without characters a person cannot see. Applying it
 * twice changes nothing more.
 */
export function normaliseText(text: string): string {
  if (PLAIN.test(text)) return text;
  const visible = text
    .toWellFormed()
    .replace(/\r\n?|\u2028|\u2029|\u0085/gu, '\n')
    .replace(INVISIBLE, '');
  return removeLoose(visible).normalize('NFC');
}

/** Removing one joiner can leave the next one loose. */
function removeLoose(text: string): string {
  let current = text;
  for (;;) {
    const next = current.replace(LOOSE_JOINERS, '');
    if (next.length === current.length) return next;
    current = next;
  }
}
