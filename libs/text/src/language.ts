/** Characters looked at; more would not change the answer. */
const SAMPLE = 4_000;

const SCRIPTS: readonly (readonly [language: string, script: RegExp])[] = [
  ['ja', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ['ko', /\p{Script=Hangul}/gu],
  ['ru', /\p{Script=Cyrillic}/gu],
  ['ar', /\p{Script=Arabic}/gu],
  ['he', /\p{Script=Hebrew}/gu],
  ['el', /\p{Script=Greek}/gu],
  ['th', /\p{Script=Thai}/gu],
  ['hi', /\p{Script=Devanagari}/gu],
];

/** Frequent words that hardly any of the other languages has. */
const FUNCTION_WORDS: readonly (readonly [language: string, words: RegExp])[] = [
  [
    'en',
    /\b(?:the|and|of|is|to|with|for|how|what|this|that|are|by|not|does|can|than|from|have|which|where|when|who|why|should|without|between)\b/giu,
  ],
  ['de', /\b(?:der|die|das|und|ist|nicht|mit|für|wie|ein|eine|wird)\b/giu],
  ['fr', /\b(?:le|les|des|et|est|une|pour|dans|avec|qui|sur)\b/giu],
  ['es', /\b(?:el|los|las|una|por|con|para|como|está|del)\b/giu],
  ['it', /\b(?:il|gli|che|di|per|una|sono|della|con|non)\b/giu],
  ['pt', /\b(?:os|uma|não|para|com|você|dos|são|mais)\b/giu],
  ['nl', /\b(?:het|een|van|niet|voor|met|zijn|wordt)\b/giu],
];

/** BCP 47 primary language of most of the text by its script, for Latin by its function words; `und` when unclear. */
export function detectLanguage(text: string): string {
  const sample = text.slice(0, SAMPLE);
  const han = count(sample, /\p{Script=Han}/gu);
  const latin = count(sample, /\p{Script=Latin}/gu);
  const [language, share] = most(sample, SCRIPTS);
  // Kana decides even in small numbers: Japanese writes Han beside it, Chinese writes none.
  if (language === 'ja' && share + han > latin / 4) return share * 10 >= han ? 'ja' : 'zh';
  if (han > latin / 4 && han > share) return 'zh';
  if (share > latin / 2) return language;
  if (latin === 0) return 'und';
  const [best, hits] = most(sample, FUNCTION_WORDS);
  return hits > 0 ? best : 'und';
}

function most(text: string, table: readonly (readonly [string, RegExp])[]): readonly [string, number] {
  let best: readonly [string, number] = ['und', 0];
  for (const [language, pattern] of table) {
    const found = count(text, pattern);
    if (found > best[1]) best = [language, found];
  }
  return best;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
