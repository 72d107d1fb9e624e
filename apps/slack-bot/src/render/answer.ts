import type { Answer, Citation, Claim } from '@fumikura/answering';
import type { Coverage } from '@fumikura/model';
import type { AnyBlock } from '@slack/types';
import { TEXTS } from '../texts.ts';
import type { Language, Texts } from '../texts.ts';
import { button, context, link, literal, oneLine, openable, rich, Room, says, section } from './blocks.ts';
import { claimParts } from './claim-text.ts';

const SHOWN_DOCUMENTS = 10;
const SHOWN_RELATED = 3;
const OPEN_BUTTONS = 5;
const CLAIM_TEXT = 2_000;
const MAX_CLAIMS = 20;
const TITLE_TEXT = 150;

export interface AnswerButtons {
  /** Under which the answer is kept; what the buttons name. */
  readonly reply: string;
  /** Whether there is somebody to share it with. */
  readonly canShare: boolean;
  readonly sources: readonly string[];
}

/** A claim as it is streamed. */
export function claimBlock(claim: Claim, room: Room): AnyBlock | undefined {
  const text = room.take(claim.text, CLAIM_TEXT);
  if (text === undefined) return undefined;
  const numbers = claim.citations.map((number) => `[${number}]`).join('');
  return rich(...claimParts(text, [literal(` ${numbers}`, { bold: true })]));
}

/** The whole answer: what is claimed, what it stands on, and what can be done with it. */
export function answerBlocks(answer: Answer, language: Language, buttons?: AnswerButtons): AnyBlock[] {
  const texts = TEXTS[language];
  const room = new Room();
  const claims = answer.claims.flatMap((claim) => claimBlock(claim, room) ?? []);
  if (claims.length === 0) return refusalBlocks(answer, language);
  const said = claims.slice(0, MAX_CLAIMS);
  const left = answer.claims.length - said.length;
  return [
    ...said,
    ...(left > 0 ? [context(texts.cut(left))] : []),
    ...conflictBlocks(answer, texts, room),
    ...afterClaims(answer, language, room),
    ...(buttons ? buttonBlocks(answer.citations, buttons, language) : []),
  ];
}

/** What stands below claims that were streamed already. */
export function answerTail(
  answer: Answer,
  language: Language,
  { room, ...buttons }: AnswerButtons & { readonly room: Room },
): AnyBlock[] {
  return [
    ...conflictBlocks(answer, TEXTS[language], room),
    ...afterClaims(answer, language, room),
    ...buttonBlocks(answer.citations, buttons, language),
  ];
}

function refusalBlocks(answer: Answer, language: Language): AnyBlock[] {
  const texts = TEXTS[language];
  const said = answer.refusal?.message ?? texts.nothing;
  return [says(said), ...relatedBlocks(answer, texts), ...coverageBlocks(answer.coverage, texts)];
}

/** Where somebody may look on who got no answer. */
function relatedBlocks({ related }: Answer, texts: Texts): AnyBlock[] {
  const lines = related
    .slice(0, SHOWN_RELATED)
    .map(({ title, url, source }) =>
      section(literal('• '), link(url, oneLine(title, TITLE_TEXT)), literal(` (${source})`)),
    );
  return lines.length === 0 ? [] : [rich(section(literal(texts.related, { bold: true })), ...lines)];
}

function afterClaims(answer: Answer, language: Language, room: Room): AnyBlock[] {
  const texts = TEXTS[language];
  const facts = [
    texts.confidence[answer.confidence.words],
    ...(answer.kind === 'extracted' ? [texts.extracted] : []),
    ...answer.notices,
  ];
  return [
    context(oneLine(facts.join(' '), 1_000)),
    ...citationBlocks(answer.citations, texts, room),
    ...coverageBlocks(answer.coverage, texts),
  ];
}

export function citationBlocks(citations: readonly Citation[], texts: Texts, room: Room): AnyBlock[] {
  const documents = byDocument(citations);
  const lines = documents.slice(0, SHOWN_DOCUMENTS).flatMap(({ numbers, first }) => {
    const title = room.take(oneLine(first.title, TITLE_TEXT));
    if (title === undefined) return [];
    const facts = [first.source, first.updatedAt?.slice(0, 10)].filter(Boolean).join(', ');
    const numbered = numbers.map((number) => `[${number}]`).join('');
    return [section(literal(`${numbered} `, { bold: true }), link(first.url, title), literal(` (${facts})`))];
  });
  if (lines.length === 0) return [];
  const left = documents.length - lines.length;
  const further = left > 0 ? [section(literal(texts.furtherSources(left)))] : [];
  return [rich(section(literal(texts.sources, { bold: true })), ...lines, ...further)];
}

interface Cited {
  readonly first: Citation;
  readonly numbers: number[];
}

/** A document that several claims stand on is named once, with all their numbers. */
function byDocument(citations: readonly Citation[]): readonly Cited[] {
  const documents = new Map<string, Cited>();
  for (const each of citations) {
    const known = documents.get(each.documentId);
    if (known) known.numbers.push(each.number);
    else documents.set(each.documentId, { first: each, numbers: [each.number] });
  }
  return [...documents.values()];
}

function conflictBlocks({ conflicts }: Answer, texts: Texts, room: Room): AnyBlock[] {
  return conflicts.slice(0, 3).flatMap(({ about, sides, preferred }) => {
    const words = room.take(oneLine(about, 200));
    const said = sides.slice(0, 4).flatMap(({ citation, says: side, updatedAt }) => {
      const text = room.take(oneLine(side, 300));
      const style = citation === preferred ? { bold: true } : undefined;
      const date = updatedAt === undefined ? ' ' : ` (${updatedAt.slice(0, 10)})`;
      return text === undefined ? [] : [section(literal(`\n[${citation}] ${text}`, style), literal(date))];
    });
    if (words === undefined || said.length === 0) return [];
    return [rich(section(literal(`${texts.conflict} `, { bold: true }), literal(words)), ...said)];
  });
}

export function coverageBlocks({ sources }: Coverage, texts: Texts): AnyBlock[] {
  const lines = sources.flatMap(({ source, state, staleSince }) => [
    ...(state === 'timed-out' || state === 'failed' ? [texts.silent(source)] : []),
    ...(staleSince === undefined ? [] : [texts.stale(source)]),
  ]);
  return lines.length === 0 ? [] : [context(oneLine(lines.slice(0, 10).join(' '), 1_000))];
}

function buttonBlocks(
  citations: readonly Citation[],
  { reply, canShare, sources }: AnswerButtons,
  language: Language,
): AnyBlock[] {
  const texts = TEXTS[language];
  const opens = byDocument(citations)
    .slice(0, OPEN_BUTTONS)
    .flatMap(({ first: { number, url } }) => {
      const address = openable(url);
      return address === undefined
        ? []
        : [button(`open/${number}`, texts.open(number), { url: address, value: `${reply}/${number}` })];
    });
  const value = reply;
  return [
    ...(opens.length > 0 ? [{ type: 'actions' as const, elements: opens }] : []),
    {
      type: 'actions',
      elements: [
        ...(canShare ? [button('share', texts.share, { value })] : []),
        button('more', texts.more, { value }),
        button('ask-person', texts.askPerson, { value }),
        button('helpful', texts.helpful, { value, style: 'primary' }),
        button('wrong', texts.wrong, { value }),
        button('outdated', texts.outdated, { value }),
        ...narrowing(sources, reply, texts),
      ],
    },
  ];
}

function narrowing(sources: readonly string[], reply: string, texts: Texts) {
  if (sources.length < 2) return [];
  const options = sources
    .filter((source) => `${reply}/${source}`.length <= 150)
    .slice(0, 100)
    .map((source) => ({
      text: { type: 'plain_text' as const, text: oneLine(source, 75), emoji: false },
      value: `${reply}/${source}`,
    }));
  if (options.length === 0) return [];
  const placeholder = { type: 'plain_text' as const, text: oneLine(texts.narrow, 150), emoji: false };
  return [{ type: 'static_select' as const, action_id: 'narrow', placeholder, options }];
}
