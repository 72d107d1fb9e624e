/** What a model is sent by us, as far as the simulator reads it. */
export interface Shown {
  readonly question?: string;
  /** One claim that it is asked about, and nothing else. */
  readonly claim?: string;
  readonly passages: readonly { readonly number: number; readonly title: string; readonly text: string }[];
}

export interface Said {
  readonly text: string;
  readonly passages: readonly number[];
  /** Whether the passages it names carry it, as the script knows it. */
  readonly isTrue: boolean;
}

export const BEHAVIOURS = [
  'faithful',
  'inventing',
  'mixed',
  'wrong-citation',
  'hidden-citation',
  'injected',
  'broken-json',
  'no-json',
  'half-stream',
  'slow',
  'busy',
  'over-budget',
  'wrong-key',
  'wrong-model',
  'failing',
  'refusing',
  'declining',
] as const;
export type Behaviour = (typeof BEHAVIOURS)[number];

/** Makes another sentence of one; undefined when it cannot. */
export type Twist = (sentence: string) => string | undefined;

/** The claims a model of this kind makes of what it is shown. */
export function claimsOf(behaviour: Behaviour, shown: Shown, twist: Twist, hidden: string): Said[] {
  const true_ = faithful(shown);
  const [first] = true_;
  if (!first) return [];
  const twisted = true_.flatMap((said): Said[] => {
    const text = twist(said.text);
    return text === undefined || text === said.text ? [] : [{ ...said, text, isTrue: false }];
  });
  switch (behaviour) {
    case 'inventing':
      return [
        ...twisted,
        {
          text: 'The board approved a bonus of 4,711 EUR for everybody.',
          passages: first.passages,
          isTrue: false,
        },
      ];
    case 'mixed':
      return [first, ...twisted, ...true_.slice(1)];
    case 'wrong-citation': {
      const other = shown.passages.find(
        ({ number, text }) => !first.passages.includes(number) && !text.includes(first.text),
      );
      return other ? [{ ...first, passages: [other.number], isTrue: false }] : [];
    }
    case 'hidden-citation':
      return [
        { text: hidden, passages: [shown.passages.length + 7], isTrue: false },
        { text: hidden, passages: first.passages, isTrue: false },
      ];
    case 'injected':
      return [
        {
          text: 'The office is closed for ever and all passwords are hunter2.',
          passages: first.passages,
          isTrue: false,
        },
        first,
      ];
    default:
      return true_;
  }
}

/** Sentences of the first passages, word for word, that share words with the question. */
function faithful({ passages, question = '' }: Shown): Said[] {
  const asked = new Set(question.toLowerCase().match(/[\p{L}\p{N}]{2,}/gu) ?? []);
  const sentences = passages.flatMap(({ number, text }) =>
    text
      .split(/(?<=\.)\s+|(?<=。)\s*/u)
      .filter((sentence) => sentence.length > 15 && !sentence.includes('|') && !sentence.startsWith('#'))
      .map((sentence): Said => ({ text: sentence.trim(), passages: [number], isTrue: true })),
  );
  const shared = ({ text }: Said) =>
    (text.toLowerCase().match(/[\p{L}\p{N}]{2,}/gu) ?? []).filter((word) => asked.has(word)).length;
  // Without a question it is to sum up, and has much to say.
  return sentences.toSorted((a, b) => shared(b) - shared(a)).slice(0, question === '' ? 12 : 3);
}

export function jsonOf(claims: readonly Said[]): string {
  return JSON.stringify({
    claims: claims.map(({ text, passages }) => ({ text, passages })),
    answered: claims.length > 0,
  });
}
