import { join } from 'node:path';
import { unitsOf, verify } from '@fumikura/answering';
import { figure, openCollection } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import { seeded } from '@fumikura/testkit';
import { CHANGES, reordered, shortened } from './changes.ts';

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
  const less = share('shortened', 'en', shortened, true);
  figures.push(
    figure(`verifier.shortened.en.n${less.asked}`, less.right / Math.max(1, less.asked), '', 'higher'),
  );
  figures.push(figure('verifier.changed', total.caught.right / total.caught.asked, '', 'higher', CAUGHT));
  figures.push(figure('verifier.kept', total.kept.right / total.kept.asked, '', 'higher', KEPT));
  return { figures, misjudged };
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
