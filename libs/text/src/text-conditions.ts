import { findPhrase, foldText, phraseOf, termOfWord } from './phrase.ts';
import { countTerms } from './terms.ts';

/** What a document must and must not say, beside what it is ranked by. */
export interface TextConditions {
  /** Each stands in title or text as written but for case, width and signs: whole words, next to each other. */
  readonly phrases?: readonly string[];
  /** Each stands in the title: a single word in any of its forms, anything else like a phrase. */
  readonly title?: readonly string[];
  /** None stands in title, breadcrumbs or text: a single word in any of its forms, anything else like a phrase. */
  readonly excluded?: readonly string[];
  /** Likewise, single words too only as written. */
  readonly excludedPhrases?: readonly string[];
}

export interface ReadableText {
  readonly title: string;
  readonly breadcrumbs: readonly string[];
  readonly text: string;
}

/** The conditions as a test of one document after another. Cost: folding the text once a document. */
export function textTest(conditions: TextConditions): (document: ReadableText) => boolean {
  const { phrases = [], title = [], excluded = [], excludedPhrases = [] } = conditions;
  const wanted = phrases.map(phraseOf);
  const inTitle = title.map(saysIn);
  const unwanted = [...excluded.map(saysIn), ...excludedPhrases.map(exactly)];
  return (document) => {
    if (!inTitle.every((says) => says(folded(document.title)))) return false;
    if (unwanted.length > 0) {
      const all = folded([document.title, ...document.breadcrumbs, document.text].join('\n'));
      if (unwanted.some((says) => says(all))) return false;
    }
    if (wanted.length === 0) return true;
    const parts = [foldText(document.title), foldText(document.text)];
    return wanted.every((phrase) => parts.some((part) => findPhrase(part, phrase)));
  };
}

interface Folded {
  readonly text: string;
  readonly folded: string;
}

function folded(text: string): Folded {
  return { text, folded: foldText(text) };
}

function saysIn(wanted: string): (text: Folded) => boolean {
  const term = termOfWord(wanted);
  return term === undefined ? exactly(wanted) : ({ text }) => countTerms(text).counts.has(term);
}

function exactly(wanted: string): (text: Folded) => boolean {
  const phrase = phraseOf(wanted);
  return ({ folded: text }) => findPhrase(text, phrase) !== undefined;
}
