import type { Answer, Citation } from '@fumikura/answering';
import type { AnyBlock } from '@slack/types';
import { TEXTS } from '../texts.ts';
import type { Language } from '../texts.ts';
import { answerBlocks, citationBlocks } from './answer.ts';
import { button, context, literal, oneLine, rich, Room, says, section } from './blocks.ts';

export interface Shareable {
  /** Of the answer, what everybody there may read. */
  readonly answer: Answer;
  readonly people: number;
  readonly keptSources: number;
  readonly leftSources: number;
  /** What not everybody there may open: for the asker's eyes alone. */
  readonly left: readonly Citation[];
  readonly leftClaims: number;
}

/** What would be shared with whom, before it is. */
export function proposalBlocks(shareable: Shareable, reply: string, language: Language): AnyBlock[] {
  const texts = TEXTS[language];
  const { people, keptSources, leftSources, left, answer } = shareable;
  const others = citationBlocks(left, { ...texts, sources: texts.shareLeft }, new Room());
  if (answer.claims.length === 0) return [says(texts.shareNobody), ...others];
  return [
    says(leftSources === 0 ? texts.shareAll(people) : texts.sharePart(people, keptSources, leftSources)),
    ...others,
    {
      type: 'actions',
      elements: [
        button('share-now', texts.shareNow, { value: reply, style: 'primary' }),
        button('share-cancel', texts.cancel, { value: reply }),
      ],
    },
  ];
}

/** The question is the asker's own words and stays out: it may tell what they found elsewhere. */
export function sharedBlocks(
  { answer, leftClaims }: Shareable,
  user: string,
  language: Language,
): AnyBlock[] {
  const texts = TEXTS[language];
  const [before, after] = texts.sharedBy(user);
  return [
    rich(section(...(before ? [literal(before)] : []), { type: 'user', user_id: user }, literal(after))),
    ...answerBlocks({ ...answer, notices: [] }, language),
    ...(leftClaims > 0 ? [context(oneLine(texts.sharedLeft(leftClaims), 300))] : []),
  ];
}
