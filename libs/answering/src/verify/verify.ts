import { unitsOf } from '../units.ts';
import { GROUPS, negations } from './lexicon.ts';
import { withoutSharedDates } from './dates.ts';
import { isSameAmount, quantitiesIn, withoutAmounts } from './quantities.ts';
import { changesRoles } from './roles.ts';
import { sameForm } from './same-form.ts';
import { meaningOf } from './synonyms.ts';
import { otherWordsOf } from './other-words.ts';
import type { OtherWords } from './other-words.ts';
import { BENIGN, contentTokens, contentWords, foldAll, names, stemOf } from './tokens.ts';
import type { ContentToken } from './tokens.ts';

export type Fault =
  | 'no-evidence'
  | 'number'
  | 'unit'
  | 'name'
  | 'negation'
  | 'comparison'
  | 'modality'
  | 'scope'
  | 'calendar'
  | 'roles'
  | 'wording';

export interface Verdict {
  readonly isSupported: boolean;
  /** 0 to 1: how much of the claim the evidence says. */
  readonly support: number;
  readonly faults: readonly Fault[];
  /** Where words alone stand in the way, and few of them: what they would have to mean. */
  readonly otherWords?: OtherWords;
}

/** Text that a claim cites, with the title and headings it stands under. */
export interface CitedText {
  readonly text: string;
  readonly context?: string;
}

/** Sentences that one claim may draw on together. */
const MOST_SENTENCES = 3;

/**
 * Whether the cited text says what the claim says: by rules, fail closed. A claim has to be made of the words of its
 * evidence, of words that always mean the same, and of its amounts and dates in whatever form; another word is refused.
 */
export function verify(said: string, sources: readonly CitedText[]): Verdict {
  if (isQuotation(said, sources)) return { isSupported: true, support: 1, faults: [] };
  const claim = sameForm(said);
  const cited = sources.map(({ text, context = '' }) => ({
    text: sameForm(text),
    context: sameForm(context),
  }));
  const words = meanings(claim);
  const evidence = alignedEvidence(words, cited);
  if (evidence.text === '' || words.length === 0)
    return { isSupported: false, support: 0, faults: ['no-evidence'] };
  const whole = `${evidence.text}\n${evidence.context}`;
  const dated = withoutSharedDates(claim, whole);
  const novel = novelWords(contentTokens(withoutAmounts(dated.claim)), whole);
  const support = 1 - novel.length / words.length;
  const faults = new Set<Fault>([
    ...quantityFaults(dated.claim, dated.evidence),
    ...nameFaults(dated.claim, foldAll(whole)),
    ...groupFaults(dated.claim, evidence.text),
    ...(negations(claim) === negations(evidence.near) ? [] : (['negation'] as const)),
    ...(changesRoles(claim, evidence.text) ? (['roles'] as const) : []),
    ...(novel.length > 0 ? (['wording'] as const) : []),
  ]);
  const isWordingAlone = faults.size === 1 && faults.has('wording');
  const otherWords = isWordingAlone ? otherWordsOf(said, novel, words.length, evidence.sentences) : undefined;
  return {
    isSupported: faults.size === 0,
    support: Math.round(support * 1_000) / 1_000,
    faults: [...faults],
    ...(otherWords && { otherWords }),
  };
}

/** The claim is a sentence of the evidence, or all of it, word for word. */
function isQuotation(claim: string, cited: readonly CitedText[]): boolean {
  const plain = foldAll(claim);
  if (plain === '') return false;
  return cited.some(
    ({ text }) =>
      foldAll(text) === plain ||
      unitsOf(text).some(({ start, end }) => foldAll(text.slice(start, end)) === plain),
  );
}

function meanings(text: string): string[] {
  return contentWords(text).map(meaningOf);
}

/** Words that nothing there says. */
function novelWords(tokens: readonly ContentToken[], evidence: string): ContentToken[] {
  const there = new Set(meanings(evidence));
  const folded = foldAll(evidence);
  return tokens.filter(({ stem }) => {
    const word = meaningOf(stem);
    return !there.has(word) && !folded.includes(word) && !BENIGN.has(word) && !/\d/u.test(word);
  });
}

interface Evidence {
  readonly sentences: readonly string[];
  readonly text: string;
  /** Of it the clauses that the claim speaks of. */
  readonly near: string;
  readonly context: string;
}

function alignedEvidence(words: readonly string[], cited: readonly CitedText[]): Evidence {
  const context = cited.map((each) => each.context ?? '').join('\n');
  const sentences = cited.flatMap(({ text }) =>
    unitsOf(text).map(({ start, end }) => text.slice(start, end)),
  );
  const chosen: string[] = [];
  let open = new Set(words);
  while (chosen.length < MOST_SENTENCES && open.size > 0) {
    const best = bestOf(
      sentences.filter((sentence) => !chosen.includes(sentence)),
      open,
    );
    // A sentence is drawn in only when it brings a good part of what is still open.
    if (!best || best.shared < (chosen.length === 0 ? 1 : Math.max(2, 0.25 * words.length))) break;
    chosen.push(best.sentence);
    const held = new Set(meanings(best.sentence));
    open = new Set([...open].filter((word) => !held.has(word)));
  }
  const text = chosen.join('\n');
  return { sentences: chosen, text, near: clausesOf(chosen, words), context };
}

function bestOf(sentences: readonly string[], words: ReadonlySet<string>) {
  let best: { sentence: string; shared: number; length: number } | undefined;
  for (const sentence of sentences) {
    const held = new Set(meanings(sentence));
    const shared = [...words].filter((word) => held.has(word)).length;
    if (!best || shared > best.shared || (shared === best.shared && held.size < best.length))
      best = { sentence, shared, length: held.size };
  }
  return best;
}

const CLAUSE = /(?<=[,;:、，；]|\bbut\b|\bwhile\b|\bwhereas\b|\balthough\b|が、|\s[–—-]\s)/u;

/** Clauses that share words with the claim, and short ones, which only turn their neighbours. */
function clausesOf(sentences: readonly string[], words: readonly string[]): string {
  const wanted = new Set(words);
  return sentences
    .flatMap((sentence) => sentence.split(CLAUSE))
    .filter((clause) => {
      const own = meanings(clause);
      return own.length <= 1 || own.filter((word) => wanted.has(word)).length / own.length >= 0.5;
    })
    .join(' ');
}

function quantityFaults(claim: string, evidence: string): Fault[] {
  const there = quantitiesIn(evidence);
  const faults: Fault[] = [];
  const free = [...there];
  for (const said of quantitiesIn(claim)) {
    const match = free.find((each) => isSameAmount(each, said));
    // Each number of the evidence carries one of the claim: "5 to 7" is not "7 to 7".
    if (match) free.splice(free.indexOf(match), 1);
    else faults.push(free.some(({ value }) => Math.abs(value) === Math.abs(said.value)) ? 'unit' : 'number');
  }
  return faults;
}

function nameFaults(claim: string, evidence: string): Fault[] {
  const said = foldAll(claim);
  const meant = new Set(meanings(evidence));
  const begins = new Set([...claim.matchAll(FIRST_WORD)].map(([word]) => foldAll(word)));
  const isThere = (name: string) =>
    // What is a piece of a longer one in the claim too is told by that one.
    (standsWhole(name, said) ? standsWhole(name, evidence) : evidence.includes(name)) ||
    // Every sentence begins with a capital: a word that means what the evidence says is no name for it.
    (begins.has(name) && meant.has(meaningOf(stemOf(name))));
  return names(claim).map(foldAll).every(isThere) ? [] : ['name'];
}

const FIRST_WORD = /(?<=^|[.!?]\s)\p{Lu}\p{Ll}+/gu;

const LETTERS = '\\p{Script=Latin}\\p{N}';

/** Not as the beginning of a longer name: "help@example" is no part of "help@example.com". */
function standsWhole(name: string, evidence: string): boolean {
  const literal = name.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&');
  const isKatakana = /^[\p{Script=Katakana}ー]+$/u.test(name);
  const pattern = isKatakana
    ? `(?<![\\p{Script=Katakana}ー])${literal}(?![\\p{Script=Katakana}ー])`
    : `(?<![${LETTERS}@_]|[${LETTERS}][.-])${literal}(?![${LETTERS}@_]|[.-][${LETTERS}])`;
  return new RegExp(pattern, 'u').test(evidence);
}

function groupFaults(claim: string, evidence: string): Fault[] {
  return GROUPS.flatMap(({ kind, sides, isStrict }) => {
    const said = sides.map((side) => claim.match(side)?.length ?? 0);
    const there = sides.map((side) => evidence.match(side)?.length ?? 0);
    const isWrong = said.some((count, side) => {
      if (count === 0 || count <= (there[side] ?? 0)) return false;
      return isStrict === true || there.some((other, at) => at !== side && other > (said[at] ?? 0));
    });
    return isWrong ? [kind] : [];
  });
}
