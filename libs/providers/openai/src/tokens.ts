/**
 * Tokens a character is worth at most by its script, a little above what common byte-pair tokenisers make of ordinary
 * text: a request that stays below a limit by this count stays below it in truth.
 */
const PER_CHARACTER: readonly (readonly [script: RegExp, tokens: number])[] = [
  [/[\p{Script=Latin}\s]/u, 0.35],
  [/\p{Nd}/u, 0.6],
  [/[\p{Script=Cyrillic}\p{Script=Greek}]/u, 0.7],
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/u, 1.2],
  [/[\p{Script=Han}\p{Script=Hangul}]/u, 1.6],
  [/\p{ASCII}/u, 1],
];
const OTHER = 2.5;

const known = new Map<string, number>();
const KEPT = 20_000;

/** Tokens of a text, rather too many than too few. */
export function countTokens(text: string): number {
  let tokens = 0;
  for (const character of text) tokens += tokensOf(character);
  return Math.ceil(tokens);
}

/** The longest beginning with at most so many tokens; never half a character. */
export function cutToTokens(text: string, most: number): string {
  // No character is worth more, so that nearly every text is passed on without being counted.
  if (text.length * OTHER <= most) return text;
  let tokens = 0;
  let end = 0;
  for (const character of text) {
    tokens += tokensOf(character);
    if (tokens > most) return text.slice(0, end);
    end += character.length;
  }
  return text;
}

function tokensOf(character: string): number {
  const found = known.get(character);
  if (found !== undefined) return found;
  const tokens = PER_CHARACTER.find(([script]) => script.test(character))?.[1] ?? OTHER;
  if (known.size < KEPT) known.set(character, tokens);
  return tokens;
}
