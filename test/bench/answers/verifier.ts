import { join } from 'node:path';
import { unitsOf, verify } from '@fumikura/answering';
import { figure, openCollection } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import { seeded } from '@fumikura/testkit';
import { CHANGES, reordered, shortened } from './changes.ts';
import type { Change } from './changes.ts';
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

/** Sentences of the corpora against the same with one thing changed, and against themselves. */
export async function verifierFigures(
  folder: string,
  seed = 20_260_301,
): Promise<{ figures: Figure[]; misjudged: Misjudged[] }> {
  const random = seeded(seed);
  const sentences = {
    en: await sentencesOf(folder, SETS.en, random),
    ja: await sentencesOf(folder, SETS.ja, random),
  };
  const misjudged: Misjudged[] = [];
  const share = (
    kind: string,
    language: 'en' | 'ja',
    change: (text: string) => string | undefined,
    isTrue: boolean,
  ) => {
    let [asked, right] = [0, 0];
    for (const { text, passage } of sentences[language]) {
      const claim = change(text);
      // A change that makes nothing else, or something the passage says too, is none.
      if (claim === undefined || (!isTrue && passage.includes(claim))) continue;
      const { isSupported, faults } = verify(claim, [{ text: passage }]);
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
      share(kind, language, (text) => apply(text, random), false),
    );
  for (const language of ['en', 'ja'] as const) {
    add(
      `verifier.unchanged.${language}`,
      'kept',
      share('unchanged', language, (text) => text, true),
    );
    add(
      `verifier.reordered.${language}`,
      'kept',
      share('reordered', language, (text) => reordered(text, random), true),
    );
  }
  for (const { kind, language, apply } of PARAPHRASES) {
    const found = share(`paraphrased.${kind}`, language, (text) => apply(text, random), true);
    plain(`verifier.paraphrased.${kind}.${language}`, found);
  }
  // What is wrong stays wrong in other words.
  for (const language of ['en', 'ja'] as const)
    add(
      `verifier.changed.and-paraphrased.${language}`,
      'caught',
      share('and-paraphrased', language, (text) => both(text, language, random), false),
    );
  for (const { kind, language, apply } of SWAPS)
    plain(
      `verifier.changed.${kind}.${language}`,
      share(kind, language, (text) => apply(text, random), false),
    );
  const less = share('shortened', 'en', shortened, true);
  plain('verifier.shortened.en', less);
  figures.push(figure('verifier.changed', total.caught.right / total.caught.asked, '', 'higher', CAUGHT));
  figures.push(figure('verifier.kept', total.kept.right / total.kept.asked, '', 'higher', KEPT));
  return { figures, misjudged };
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
