import { unitsOf } from '../units.ts';
import { GROUPS, negations } from './lexicon.ts';
import { quantitiesIn } from './quantities.ts';
import type { Quantity } from './quantities.ts';
import { BENIGN, contentWords, foldAll, names } from './tokens.ts';

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
  | 'wording';

export interface Verdict {
  readonly isSupported: boolean;
  /** 0 to 1: how much of the claim the evidence says. */
  readonly support: number;
  readonly faults: readonly Fault[];
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
 * evidence; another word, even one that means the same, is refused. What no rule here sees is who does what to whom when all
 * words are the same.
 */
export function verify(claim: string, cited: readonly CitedText[]): Verdict {
  const words = contentWords(claim);
  const evidence = alignedEvidence(claim, words, cited);
  if (evidence.text === '' || words.length === 0)
    return { isSupported: false, support: 0, faults: ['no-evidence'] };
  if (evidence.isWhole) return { isSupported: true, support: 1, faults: [] };
  const there = new Set([...contentWords(evidence.text), ...contentWords(evidence.context)]);
  const folded = foldAll(`${evidence.text}\n${evidence.context}`);
  // Numbers have a rule of their own.
  const novel = words.filter(
    (word) => !there.has(word) && !folded.includes(word) && !BENIGN.has(word) && !/\d/u.test(word),
  );
  const support = 1 - novel.length / words.length;
  const faults = new Set<Fault>([
    ...quantityFaults(claim, `${evidence.text}\n${evidence.context}`),
    ...nameFaults(claim, folded),
    ...groupFaults(claim, evidence.text),
    ...(negations(claim) === negations(evidence.near) ? [] : (['negation'] as const)),
    ...(novel.length > 0 ? (['wording'] as const) : []),
  ]);
  return {
    isSupported: faults.size === 0,
    support: Math.round(support * 1_000) / 1_000,
    faults: [...faults],
  };
}

interface Evidence {
  readonly text: string;
  /** Of it the clauses that the claim speaks of. */
  readonly near: string;
  readonly context: string;
  /** The claim is these sentences, word for word. */
  readonly isWhole: boolean;
}

function alignedEvidence(claim: string, words: readonly string[], cited: readonly CitedText[]): Evidence {
  const context = cited.map((each) => each.context ?? '').join('\n');
  const plain = foldAll(claim);
  const sentences = cited.flatMap(({ text }) =>
    unitsOf(text).map(({ start, end }) => text.slice(start, end)),
  );
  const whole = sentences.some((sentence) => foldAll(sentence) === plain);
  const isQuote = whole || cited.some(({ text }) => foldAll(text) === plain);
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
    const held = new Set(contentWords(best.sentence));
    open = new Set([...open].filter((word) => !held.has(word)));
  }
  const text = chosen.join('\n');
  return { text, near: clausesOf(chosen, words), context, isWhole: isQuote };
}

function bestOf(sentences: readonly string[], words: ReadonlySet<string>) {
  let best: { sentence: string; shared: number; length: number } | undefined;
  for (const sentence of sentences) {
    const held = new Set(contentWords(sentence));
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
      const own = contentWords(clause);
      return own.length <= 1 || own.filter((word) => wanted.has(word)).length / own.length >= 0.5;
    })
    .join(' ');
}

function quantityFaults(claim: string, evidence: string): Fault[] {
  const there = quantitiesIn(evidence);
  const faults: Fault[] = [];
  const free = [...there];
  for (const said of quantitiesIn(claim)) {
    const same = free.filter(({ value }) => value === said.value || Math.abs(value) === Math.abs(said.value));
    const match = same.find((each) => fits(each, said));
    // Each number of the evidence carries one of the claim: "5 to 7" is not "7 to 7".
    if (match) free.splice(free.indexOf(match), 1);
    else faults.push(same.length > 0 ? 'unit' : 'number');
  }
  return faults;
}

function fits(there: Quantity, said: Quantity): boolean {
  return there.unit === said.unit;
}

function nameFaults(claim: string, evidence: string): Fault[] {
  const said = foldAll(claim);
  const isThere = (name: string) =>
    // What is a piece of a longer one in the claim too is told by that one.
    standsWhole(name, said) ? standsWhole(name, evidence) : evidence.includes(name);
  return names(claim).map(foldAll).every(isThere) ? [] : ['name'];
}

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
