/**
 * English stemmer after M. F. Porter's "Porter2" (snowballstem.org/algorithms/english/stemmer.html). Lower-case ASCII
 * words only; anything else comes back unchanged. Pure and bounded: at most one pass of each step.
 */
export function stem(word: string): string {
  if (word.length < 3) return word;
  const special = EXCEPTIONS.get(word);
  if (special !== undefined) return special;
  let current = markConsonantY(word);
  const regions = findRegions(current);
  current = stepPlural(current);
  if (INVARIANT.has(current)) return current;
  current = stepPast(current, regions.r1);
  current = stepFinalY(current);
  current = replaceSuffix(current, STEP_2, regions.r1);
  current = stepThree(current, regions);
  current = stepFour(current, regions.r2);
  return stepFive(current, regions).replaceAll('Y', 'y');
}

const EXCEPTIONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    skis: 'ski',
    skies: 'sky',
    dying: 'die',
    lying: 'lie',
    tying: 'tie',
    idly: 'idl',
    gently: 'gentl',
    ugly: 'ugli',
    early: 'earli',
    only: 'onli',
    singly: 'singl',
    sky: 'sky',
    news: 'news',
    howe: 'howe',
    atlas: 'atlas',
    cosmos: 'cosmos',
    bias: 'bias',
    andes: 'andes',
  }),
);

const INVARIANT: ReadonlySet<string> = new Set([
  'inning',
  'outing',
  'canning',
  'herring',
  'earring',
  'proceed',
  'exceed',
  'succeed',
]);

const VOWELS = 'aeiouy';
const isVowel = (char: string | undefined) => char !== undefined && VOWELS.includes(char);

/** A y that begins the word or follows a vowel is a consonant, written Y while stemming. */
function markConsonantY(word: string): string {
  if (!word.includes('y')) return word;
  let marked = '';
  for (const [index, char] of [...word].entries()) {
    marked += char === 'y' && (index === 0 || isVowel(marked[index - 1])) ? 'Y' : char;
  }
  return marked;
}

interface Regions {
  /** Where the part after the first "vowel, consonant" begins. */
  readonly r1: number;
  /** The same again inside that part. */
  readonly r2: number;
}

function findRegions(word: string): Regions {
  const prefix = /^(?:gener|commun|arsen)/.exec(word)?.[0];
  const r1 = prefix === undefined ? afterVowelConsonant(word, 0) : prefix.length;
  return { r1, r2: afterVowelConsonant(word, r1) };
}

function afterVowelConsonant(word: string, from: number): number {
  for (let index = from + 1; index < word.length; index++) {
    if (!isVowel(word[index]) && isVowel(word[index - 1])) return index + 1;
  }
  return word.length;
}

function stepPlural(word: string): string {
  if (word.endsWith('sses')) return word.slice(0, -2);
  if (word.endsWith('ied') || word.endsWith('ies')) return word.slice(0, word.length > 4 ? -2 : -1);
  if (word.endsWith('us') || word.endsWith('ss') || !word.endsWith('s')) return word;
  for (let index = 0; index < word.length - 2; index++) if (isVowel(word[index])) return word.slice(0, -1);
  return word;
}

function stepPast(word: string, r1: number): string {
  const ending = /(?:eedly|eed|ingly|edly|ing|ed)$/.exec(word)?.[0];
  if (ending === undefined) return word;
  const base = word.slice(0, -ending.length);
  if (ending.startsWith('eed')) return base.length >= r1 ? `${base}ee` : word;
  if (![...base].some(isVowel)) return word;
  if (/(?:at|bl|iz)$/.test(base)) return `${base}e`;
  if (/(?:bb|dd|ff|gg|mm|nn|pp|rr|tt)$/.test(base)) return base.slice(0, -1);
  return base.length <= r1 && endsShort(base) ? `${base}e` : base;
}

/** Ends in a short syllable: consonant, vowel, consonant other than w, x, Y; or two letters, vowel and consonant. */
function endsShort(word: string): boolean {
  const [third, second, last] = [word.at(-3), word.at(-2), word.at(-1)];
  if (word.length === 2) return isVowel(second) && !isVowel(last);
  return (
    third !== undefined && !isVowel(third) && isVowel(second) && !isVowel(last) && !/[wxY]/.test(last ?? '')
  );
}

function stepFinalY(word: string): string {
  const endsInY = word.endsWith('y') || word.endsWith('Y');
  return endsInY && word.length > 2 && !isVowel(word.at(-2)) ? `${word.slice(0, -1)}i` : word;
}

type Rule = readonly [ending: string, replacement: string, before?: RegExp];

/** Longest ending first. */
const STEP_2: readonly Rule[] = [
  ['ization', 'ize'],
  ['ational', 'ate'],
  ['fulness', 'ful'],
  ['ousness', 'ous'],
  ['iveness', 'ive'],
  ['tional', 'tion'],
  ['biliti', 'ble'],
  ['lessli', 'less'],
  ['entli', 'ent'],
  ['ation', 'ate'],
  ['alism', 'al'],
  ['aliti', 'al'],
  ['ousli', 'ous'],
  ['iviti', 'ive'],
  ['fulli', 'ful'],
  ['enci', 'ence'],
  ['anci', 'ance'],
  ['abli', 'able'],
  ['izer', 'ize'],
  ['ator', 'ate'],
  ['alli', 'al'],
  ['bli', 'ble'],
  ['ogi', 'og', /l$/],
  ['li', '', /[cdeghkmnrt]$/],
];

const STEP_3: readonly Rule[] = [
  ['ational', 'ate'],
  ['tional', 'tion'],
  ['alize', 'al'],
  ['icate', 'ic'],
  ['iciti', 'ic'],
  ['ical', 'ic'],
  ['ness', ''],
  ['ful', ''],
];

const STEP_4: readonly Rule[] = [
  ['ement', ''],
  ['ance', ''],
  ['ence', ''],
  ['able', ''],
  ['ible', ''],
  ['ment', ''],
  ['ant', ''],
  ['ent', ''],
  ['ism', ''],
  ['ate', ''],
  ['iti', ''],
  ['ous', ''],
  ['ive', ''],
  ['ize', ''],
  ['ion', '', /[st]$/],
  ['al', ''],
  ['er', ''],
  ['ic', ''],
];

/** Applies the first rule whose ending fits, if what it removes lies in the region. */
function replaceSuffix(word: string, rules: readonly Rule[], region: number): string {
  for (const [ending, replacement, before] of rules) {
    if (!word.endsWith(ending)) continue;
    const base = word.slice(0, -ending.length);
    return base.length >= region && (before?.test(base) ?? true) ? base + replacement : word;
  }
  return word;
}

function stepThree(word: string, { r1, r2 }: Regions): string {
  if (word.endsWith('ative')) return word.length - 5 >= r2 ? word.slice(0, -5) : word;
  return replaceSuffix(word, STEP_3, r1);
}

function stepFour(word: string, r2: number): string {
  return replaceSuffix(word, STEP_4, r2);
}

function stepFive(word: string, { r1, r2 }: Regions): string {
  const base = word.slice(0, -1);
  if (word.endsWith('e')) return base.length >= r2 || (base.length >= r1 && !endsShort(base)) ? base : word;
  return word.endsWith('ll') && base.length >= r2 ? base : word;
}
