import type { Summary } from '@fumikura/answering';
import type { SearchPage, SourceSummary } from '@fumikura/retrieval';
import type { AnyBlock, HomeView, ModalView } from '@slack/types';
import type { DocumentCard } from '../desk.ts';
import { TEXTS } from '../texts.ts';
import type { Language } from '../texts.ts';
import { citationBlocks, claimBlock, coverageBlocks } from './answer.ts';
import {
  button,
  clean,
  context,
  header,
  link,
  literal,
  oneLine,
  plain,
  rich,
  Room,
  says,
  section,
} from './blocks.ts';

/** Slack tells of it when somebody follows the link of the button. */
export const SIGN_IN_PRESS = 'sign-in';
const SHOWN_HITS = 10;
const SNIPPET = 300;
const MAX_COMMENT = 2_000;

export function searchBlocks(page: SearchPage, language: Language, more?: string): AnyBlock[] {
  const texts = TEXTS[language];
  const room = new Room();
  if (page.hits.length === 0) return [says(texts.nothing), ...coverageBlocks(page.coverage, texts)];
  const hits = page.hits.slice(0, SHOWN_HITS).flatMap((hit) => {
    const title = room.take(oneLine(hit.title, 150));
    const snippet = room.take(oneLine(withoutTitle(hit.snippet.text, hit.title), SNIPPET));
    if (title === undefined) return [];
    const facts = [hit.source, hit.updatedAt?.slice(0, 10)].filter(Boolean).join(', ');
    return [
      rich(
        section(literal(`${hit.rank}. `, { bold: true }), link(hit.url, title), literal(` (${facts})`)),
        ...(snippet ? [section(literal(snippet))] : []),
      ),
    ];
  });
  const next = page.nextCursor !== undefined && more !== undefined;
  return [
    ...hits,
    ...(page.notices.length > 0 ? [context(oneLine(page.notices.join(' '), 1_000))] : []),
    ...coverageBlocks(page.coverage, texts),
    ...(next ? [{ type: 'actions' as const, elements: [button('more', texts.more, { value: more })] }] : []),
  ];
}

/** The title stands above already, and marks of headings say nothing here. */
function withoutTitle(text: string, title: string): string {
  const words = clean(text).replaceAll(/^#{1,6}\s+/gmu, '');
  return words.startsWith(title) ? words.slice(title.length) : words;
}

export function summaryBlocks(summary: Summary, language: Language): AnyBlock[] {
  const texts = TEXTS[language];
  const room = new Room();
  const points = summary.points.flatMap((point) => claimBlock(point, room) ?? []).slice(0, 30);
  if (points.length === 0) return [says(summary.refusal?.message ?? texts.notFound)];
  const left = summary.leftOut.length + summary.leftOutBeyond;
  const facts = [
    ...(summary.kind === 'extracted' ? [texts.extracted] : []),
    ...(left > 0 ? [texts.leftOut(left)] : []),
    ...summary.notices,
  ];
  return [
    header(texts.summaryOf),
    ...points,
    ...(facts.length > 0 ? [context(oneLine(facts.join(' '), 1_000))] : []),
    ...citationBlocks(summary.citations, texts, room),
    ...(summary.coverage ? coverageBlocks(summary.coverage, texts) : []),
  ];
}

/** Beside a link in a message; everybody there may read the document. */
export function unfurlBlocks(card: DocumentCard): AnyBlock[] {
  const facts = [card.source, card.updatedAt?.slice(0, 10), card.authors.slice(0, 3).join(', ')].filter(
    Boolean,
  );
  return [rich(section(link(card.url, oneLine(card.title, 150)))), context(oneLine(facts.join(' · '), 500))];
}

export interface HomeFacts {
  readonly name: string;
  readonly questions: readonly { readonly text: string; readonly at: string }[];
  readonly sources: readonly SourceSummary[];
}

/** For somebody who may not use the bot. */
export function refusedHome(refusal: readonly AnyBlock[], language: Language): HomeView {
  return { type: 'home', blocks: [...refusal, says(TEXTS[language].help)] };
}

/** What somebody is told whom nobody has linked, with the way to sign in where there is one. */
export function signInBlocks(address: string, language: Language): AnyBlock[] {
  const { signInFirst, signIn } = TEXTS[language];
  const elements = [button(SIGN_IN_PRESS, signIn, { url: address, style: 'primary' })];
  return [says(signInFirst), { type: 'actions', elements }];
}

export function homeView(facts: HomeFacts, language: Language): HomeView {
  const texts = TEXTS[language];
  const questions = facts.questions
    .slice(0, 10)
    .map(({ text, at }) =>
      rich(section(literal(oneLine(text, 300)), literal(` (${at.slice(0, 16).replace('T', ' ')})`))),
    );
  const sources = facts.sources.slice(0, 50).map(({ id, documents, lastCompletedAt }) => {
    const when =
      lastCompletedAt === undefined
        ? texts.neverSynced
        : texts.fresh(lastCompletedAt.slice(0, 16).replace('T', ' '));
    return context(`${id}: ${texts.documents(documents)}, ${when}`);
  });
  return {
    type: 'home',
    blocks: [
      context(texts.signedInAs(facts.name)),
      header(texts.recent),
      ...(questions.length > 0 ? questions : [context(texts.noRecent)]),
      header(texts.sources),
      ...sources,
      says(texts.help),
    ],
  };
}

/** Asks for a word on what is wrong with an answer. */
export function commentView(reply: string, verdict: string, language: Language): ModalView {
  const texts = TEXTS[language];
  return {
    type: 'modal',
    callback_id: 'comment',
    private_metadata: JSON.stringify({ reply, verdict }),
    title: plain(texts.commentTitle, 24),
    submit: plain(texts.send, 24),
    close: plain(texts.cancel, 24),
    blocks: [
      {
        type: 'input',
        block_id: 'comment',
        optional: true,
        label: plain(texts.comment, 2_000),
        element: {
          type: 'plain_text_input',
          action_id: 'text',
          multiline: true,
          max_length: MAX_COMMENT,
        },
      },
    ],
  };
}
