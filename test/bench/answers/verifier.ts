import { join } from 'node:path';
import { unitsOf, verify } from '@fumikura/answering';
import type { Likeness } from '@fumikura/answering';
import { figure, openCollection } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import { seeded } from '@fumikura/testkit';
import { CHANGES, reordered, shortened } from './changes.ts';
import type { Change } from './changes.ts';
import { NEAR, UNLISTED_WORDS } from './neighbours.ts';
import { PARAPHRASES, SWAPS } from './paraphrases.ts';

const SETS = { en: ['aws_docs', 'scifact', 'workarena_kb'], ja: ['jsquad', 'lawqa_jp'] } as const;
const EACH = 500;
const CAUGHT = 0.92;
const KEPT = 0.97;
/** Documents of one set that sentences are taken from. */
const DOCUMENTS = 1_500;

interface Sentence {
  readonly text: string;
  /** It, and its neighbours. */
  readonly passage: string;
}

export interface Misjudged {
  readonly kind: string;
  readonly claim: string;
  readonly original: string;
  readonly faults: readonly string[];
}

/**
 * Sentences of the corpora against the same with one thing changed, and against themselves.
 * @param likeness asked as answers ask it, about claims that only their words speak against
 */
export async function verifierFigures(
  folder: string,
  likeness?: Likeness,
  seed = 20_260_301,
): Promise<{ figures: Figure[]; misjudged: Misjudged[] }> {
  const random = seeded(seed);
  const sentences = {
    en: await sentencesOf(folder, SETS.en, random),
    ja: await sentencesOf(folder, SETS.ja, random),
  };
  const misjudged: Misjudged[] = [];
  const signal = new AbortController().signal;
  const judged = async (claim: string, passage: string) => {
    const { isSupported, faults, otherWords } = verify(claim, [{ text: passage }]);
    const isLike = !isSupported && otherWords && (await likeness?.(otherWords, signal));
    return { isSupported: isSupported || isLike === true, faults };
  };
  const share = async (
    kind: string,
    language: 'en' | 'ja',
    change: (text: string, at: number) => string | undefined,
    isTrue: boolean,
  ) => {
    let [asked, right] = [0, 0];
    for (const [at, { text, passage }] of sentences[language].entries()) {
      const claim = change(text, at);
      // A change that makes nothing else, or something the passage says too, is none.
      if (claim === undefined || (!isTrue && passage.includes(claim))) continue;
      const { isSupported, faults } = await judged(claim, passage);
      asked++;
      if (isSupported === isTrue) right++;
      else misjudged.push({ kind: `${kind} ${language}`, claim, original: text, faults });
      if (asked === EACH) break;
    }
    return { asked, right };
  };
  const figures: Figure[] = [];
  const total = { caught: { asked: 0, right: 0 }, kept: { asked: 0, right: 0 } };
  const add = (id: string, of: 'caught' | 'kept', found: { asked: number; right: number }) => {
    total[of].asked += found.asked;
    total[of].right += found.right;
    figures.push(
      figure(
        `${id}.n${found.asked}`,
        found.right / Math.max(1, found.asked),
        '',
        'higher',
        of === 'caught' ? CAUGHT : KEPT,
      ),
    );
  };
  const plain = (id: string, { asked, right }: { asked: number; right: number }) => {
    if (asked > 0) figures.push(figure(`${id}.n${asked}`, right / asked, '', 'higher'));
  };
  for (const { kind, language, apply } of CHANGES)
    add(
      `verifier.changed.${kind}.${language}`,
      'caught',
      await share(kind, language, (text) => apply(text, random), false),
    );
  for (const language of ['en', 'ja'] as const) {
    add(`verifier.unchanged.${language}`, 'kept', await share('unchanged', language, (text) => text, true));
    add(
      `verifier.reordered.${language}`,
      'kept',
      await share('reordered', language, (text) => reordered(text, random), true),
    );
  }
  for (const { kind, language, apply } of PARAPHRASES) {
    const found = await share(`paraphrased.${kind}`, language, (text) => apply(text, random), true);
    plain(`verifier.paraphrased.${kind}.${language}`, found);
  }
  // What is wrong stays wrong in other words.
  for (const language of ['en', 'ja'] as const)
    add(
      `verifier.changed.and-paraphrased.${language}`,
      'caught',
      await share('and-paraphrased', language, (text) => both(text, language, random), false),
    );
  for (const { kind, language, apply } of SWAPS)
    plain(
      `verifier.changed.${kind}.${language}`,
      await share(kind, language, (text) => apply(text, random), false),
    );
  const less = await share('shortened', 'en', shortened, true);
  plain('verifier.shortened.en', less);
  add(
    'verifier.changed.other-sentence.en',
    'caught',
    await share('other-sentence', 'en', otherThan(sentences.en), false),
  );
  for (const { kind, language, apply } of NEAR)
    add(
      `verifier.changed.${kind}.${language}`,
      'caught',
      await share(kind, language, (text) => apply(text, random), false),
    );
  const unlisted = await share('unlisted', 'en', (text) => UNLISTED_WORDS.apply(text, random), true);
  plain('verifier.paraphrased.unlisted.en', unlisted);
  figures.push(figure('verifier.changed', total.caught.right / total.caught.asked, '', 'higher', CAUGHT));
  figures.push(figure('verifier.kept', total.kept.right / total.kept.asked, '', 'higher', KEPT));
  return { figures, misjudged };
}

/** A sentence of another passage. */
function otherThan(sentences: readonly Sentence[]) {
  return (_text: string, at: number) => sentences[(at + 7_919) % sentences.length]?.text;
}

/** One thing changed, and another said in other words. */
function both(text: string, language: Change['language'], random: () => number): string | undefined {
  const of = (list: readonly Change[]) => {
    const usable = list.filter((each) => each.language === language);
    return usable[Math.floor(random() * usable.length)];
  };
  const said = of(PARAPHRASES)?.apply(text, random);
  const made = said === undefined ? undefined : of(CHANGES)?.apply(said, random);
  return made === said ? undefined : made;
}

async function sentencesOf(
  folder: string,
  names: readonly string[],
  random: () => number,
): Promise<Sentence[]> {
  const found: Sentence[] = [];
  for (const name of names) {
    let documents = 0;
    for await (const { text } of (await openCollection(join(folder, name))).documents()) {
      if (++documents > DOCUMENTS) break;
      const units = unitsOf(text).filter(({ kind }) => kind === 'sentence' || kind === 'item');
      for (const [at, { start, end }] of units.entries()) {
        const sentence = text.slice(start, end).replace(/\s+/gu, ' ');
        if (!isWhole(sentence)) continue;
        const [from, to] = [units[at - 1]?.start ?? start, units[at + 1]?.end ?? end];
        found.push({ text: sentence, passage: text.slice(from, to) });
      }
    }
  }
  return shuffled(found, random);
}

function isWhole(sentence: string): boolean {
  const isJapanese = /[\u3040-\u30ff]/u.test(sentence);
  return isJapanese
    ? sentence.length >= 20 && sentence.length <= 200 && sentence.endsWith('。')
    : sentence.length >= 40 && sentence.length <= 350 && /^\p{Lu}.*\.$/u.test(sentence);
}

function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const keyed = values.map((value) => ({ value, key: random() }));
  return keyed.toSorted((a, b) => a.key - b.key).map(({ value }) => value);
}
