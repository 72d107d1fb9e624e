import type { Answer, AnswerEvent, Claim } from '@fumikura/answering';
import { AppError, toAppError } from '@fumikura/errors';
import type { SourceId } from '@fumikura/model';
import { mayAsk } from './budget.ts';
import { wordsOf } from './delivery.ts';
import type { Act } from './parts.ts';
import { answerBlocks, answerTail, claimBlock } from './render/answer.ts';
import type { AnswerButtons } from './render/answer.ts';
import { Room } from './render/blocks.ts';
import { searchBlocks, summaryBlocks } from './render/pages.ts';
import { showOnce, TakenOver, textsOf } from './show.ts';

/** Longer questions are told so: nobody reads such an answer. */
export const MAX_QUESTION = 4_000;
/** Of a thread, for a question that refers to it. */
const EARLIER_TEXT = 6_000;
const EARLIER_MESSAGES = 20;

/** Tells the asker and ends, or runs the work in the asker's turn. */
export async function inTurn(act: Act, text: string, work: () => Promise<void>): Promise<void> {
  const texts = textsOf(act);
  const { parts, person } = act;
  if (text.trim() === '') return showOnce(act, texts.emptyQuestion);
  if (text.length > MAX_QUESTION) return showOnce(act, texts.tooLong(MAX_QUESTION));
  if (act.work.attempt === 1 && !(await mayAsk(parts.state, person, parts.questionsPerHour, parts.now())))
    return showOnce(act, texts.budget(parts.questionsPerHour));
  await parts.queue.run(`${person.issuer} ${person.subject}`, async () => {
    try {
      await work();
    } catch (error) {
      await tellFailure(act, error);
    }
  });
}

/** A person's mistake is explained, anything else is ours: said without its reason, which goes to the log. */
async function tellFailure(act: Act, error: unknown): Promise<void> {
  if (error instanceof TakenOver) throw error;
  if (act.parts.signal.aborted) throw error;
  const { code, message, kind } = toAppError(error);
  const isTheirs = error instanceof AppError && (kind === 'invalid-input' || kind === 'not-found');
  if (!isTheirs) act.parts.logger.error('slack.answer.failed', { code, message });
  await showOnce(act, isTheirs ? (error as AppError).publicMessage : textsOf(act).failed);
}

export interface Asked {
  readonly text: string;
  readonly sources?: readonly SourceId[];
}

export async function ask(act: Act, asked: Asked): Promise<void> {
  await inTurn(act, asked.text, async () => {
    const { desk, replies, signal } = act.parts;
    await announce(act);
    const earlier = await earlierOf(act);
    const question = { ...asked, ...(earlier && { earlier }) };
    const { team, user } = act.account;
    await replies.asked({ team, user, person: act.person, text: asked.text });
    const events = desk.ask(act.person, question, act.place, signal);
    await (act.place.kind === 'direct' && act.threadTs !== undefined
      ? streamAnswer(act, asked.text, events)
      : postAnswer(act, asked.text, events));
  });
}

/** What stands below a message while an answer is made; a workspace without that feature goes without. */
async function announce({ client, place, threadTs, language, parts }: Act): Promise<void> {
  if (place.kind !== 'direct' || threadTs === undefined) return;
  const status = textsOf({ language }).searching;
  await client.assistant.threads
    .setStatus({ channel_id: place.channel, thread_ts: threadTs, status })
    .catch((error: unknown) => parts.logger.debug('slack.status.refused', { message: String(error) }));
}

async function postAnswer(act: Act, question: string, events: AsyncIterable<AnswerEvent>): Promise<void> {
  const answer = await endOf(events);
  const buttons = await buttonsFor(act, question, answer);
  await showOnce(act, textsOf(act).answered, answerBlocks(answer, act.language, buttons));
}

/** Claims appear one by one, each verified before; what they stand on follows when all are there. */
async function streamAnswer(act: Act, question: string, events: AsyncIterable<AnswerEvent>): Promise<void> {
  const stream = new Stream(act);
  const answer = await endOf(events, (claim) => stream.say(claim)).catch(async (error: unknown) => {
    // Without an end it would look as if more were to come.
    await stream.cut();
    throw error;
  });
  const buttons = await buttonsFor(act, question, answer);
  if (stream.ts === undefined)
    await showOnce(act, textsOf(act).answered, answerBlocks(answer, act.language, buttons));
  else await finish(act, { shown: stream.shown, room: stream.room, ts: stream.ts }, answer, buttons);
}

/** One message that grows; it begins with the first claim. */
class Stream {
  readonly #act: Act;
  readonly shown: Claim[] = [];
  readonly room = new Room();
  ts: string | undefined;

  constructor(act: Act) {
    this.#act = act;
  }

  async say(claim: Claim): Promise<void> {
    const block = claimBlock(claim, this.room);
    if (!block) return;
    const { client, place, threadTs = '', work } = this.#act;
    const { channel, team, user } = place;
    const chunks = [{ type: 'blocks' as const, blocks: [block] as never[] }];
    if (this.ts !== undefined) await client.chat.appendStream({ channel, ts: this.ts, chunks });
    else {
      if (!(await work.showing())) throw new TakenOver();
      const to = { recipient_team_id: team, recipient_user_id: user };
      const started = await client.chat.startStream({ channel, chunks, thread_ts: threadTs, ...to });
      this.ts = started.ts ?? '';
    }
    this.shown.push(claim);
  }

  /** Ends it as it stands; what broke the answer may break this as well, and is told instead. */
  async cut(): Promise<void> {
    if (this.ts === undefined) return;
    const { client, place, parts } = this.#act;
    await client.chat
      .stopStream({ channel: place.channel, ts: this.ts })
      .catch((error: unknown) =>
        parts.logger.warn('slack.stream.open', { message: toAppError(error).message }),
      );
  }
}

/** What left the answer between its claim and its end (rights changed) leaves the message too. */
async function finish(
  { client, place, language }: Act,
  { ts, shown, room }: Pick<Stream, 'shown' | 'room'> & { readonly ts: string },
  answer: Answer,
  buttons: AnswerButtons,
): Promise<void> {
  const { channel } = place;
  const kept = new Set(answer.claims.map(({ text }) => text));
  const isAsShown = shown.length === answer.claims.length && shown.every(({ text }) => kept.has(text));
  if (isAsShown) {
    await client.chat.stopStream({
      channel,
      ts,
      blocks: answerTail(answer, language, { ...buttons, room }) as never[],
    });
    return;
  }
  await client.chat.stopStream({ channel, ts });
  await client.chat.update({
    ...{ channel, ts, text: textsOf({ language }).answered },
    blocks: answerBlocks(answer, language, buttons),
  });
}

async function buttonsFor(act: Act, question: string, answer: Answer): Promise<AnswerButtons> {
  const reply = await act.parts.replies.keep({ ...kept(act), question, kind: 'answer', answer });
  const sources = answer.coverage.sources.map(({ source }) => source);
  return { reply, canShare: act.place.kind === 'channel', sources };
}

function kept({ place, person, threadTs }: Act) {
  const { team, channel, user } = place;
  return { team, channel, user, person, ...(threadTs !== undefined && { threadTs }) };
}

async function endOf(
  events: AsyncIterable<AnswerEvent>,
  onClaim: (claim: Claim) => Promise<void> = () => Promise.resolve(),
): Promise<Answer> {
  let answer: Answer | undefined;
  for await (const event of events) {
    if (event.kind === 'answer') ({ answer } = event);
    if (event.kind === 'claim') await onClaim(event.claim);
  }
  if (answer) return answer;
  throw new AppError('UNEXPECTED', 'internal', 'an answer without an end');
}

/** What the asker said in a direct thread before; of channels nothing is read. */
async function earlierOf({ client, place, threadTs, work, parts }: Act): Promise<string | undefined> {
  const { ts } = work.body as { ts?: string };
  if (place.kind !== 'direct' || threadTs === undefined || threadTs === ts) return undefined;
  try {
    const { messages = [] } = await client.conversations.replies({
      ...{ channel: place.channel, ts: threadTs, limit: EARLIER_MESSAGES },
    });
    const said = messages
      .filter((each) => each.ts !== ts && each.user === place.user)
      .map(({ text = '' }) => wordsOf(text));
    return said.join('\n').slice(-EARLIER_TEXT) || undefined;
  } catch (error) {
    parts.logger.warn('slack.thread.unread', { message: toAppError(error).message });
    return undefined;
  }
}

export interface Searched extends Asked {
  readonly cursor?: string;
}

export async function search(act: Act, { text, cursor, sources }: Searched): Promise<void> {
  await inTurn(act, text, async () => {
    const { desk, replies, signal } = act.parts;
    const query = { text, ...(cursor !== undefined && { cursor }), ...(sources && { sources }) };
    const page = await desk.search(act.person, query, act.place, signal);
    const next = page.nextCursor;
    const reply =
      next === undefined
        ? undefined
        : await replies.keep({ ...kept(act), question: text, kind: 'search', cursor: next });
    await showOnce(act, textsOf(act).found(page.hits.length), searchBlocks(page, act.language, reply));
  });
}

/** A document by its address, or whatever a search for the words finds. */
export async function summarize(act: Act, wanted: string): Promise<void> {
  await inTurn(act, wanted, async () => {
    const { desk, signal } = act.parts;
    const target = await targetOf(act, wanted);
    if (!target) return showOnce(act, textsOf(act).notFound);
    for await (const event of desk.summarize(act.person, target, act.place, signal))
      if (event.kind === 'summary')
        await showOnce(act, textsOf(act).answered, summaryBlocks(event.summary, act.language));
  });
}

async function targetOf({ parts, person }: Act, wanted: string) {
  const [, address] = /^<?(https?:\/\/[^\s|>]+)(?:\|[^>]*)?>?$/u.exec(wanted.trim()) ?? [];
  if (address === undefined) return { query: wanted };
  const card = await parts.desk.documentAt(person, address.replaceAll('&amp;', '&'));
  return card && { documentIds: [card.id] };
}
