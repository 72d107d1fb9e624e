import { isSourceId } from '@fumikura/model';
import type { DocumentId } from '@fumikura/model';
import { audienceOf, readableByAll, shareableOf } from './audience.ts';
import { ask, search } from './conversation.ts';
import type { Delivery } from './delivery.ts';
import type { Act } from './parts.ts';
import { refusalOf } from './refusal.ts';
import { commentView } from './render/pages.ts';
import { proposalBlocks, sharedBlocks } from './render/share.ts';
import type { Feedback, Reply } from './replies.ts';
import { rememberShared } from './shared-messages.ts';
import { showOnce, TakenOver, textsOf } from './show.ts';

const VERDICTS = ['helpful', 'wrong', 'outdated'] as const;
type Press = Extract<Delivery, { kind: 'press' }>;

/** Each press is checked as if it were a question: who presses, whether it is theirs, what they may read now. */
export async function pressed(act: Act, { action, value, where }: Press): Promise<void> {
  const [id = '', choice] = splitOnce(value);
  const reply = await act.parts.replies.get(id);
  if (!reply) return showOnce(act, textsOf(act).expired);
  if (!isOwn(act, reply)) return showOnce(act, textsOf(act).notYours);
  if (action.startsWith('open/')) return opened(act, reply, Number(choice));
  switch (action) {
    case 'share':
      return proposeShare(act, id, reply);
    case 'share-now':
      return share(act, reply);
    case 'share-cancel':
      return;
    case 'more':
      return more(act, reply);
    case 'narrow':
      return choice !== undefined && isSourceId(choice)
        ? ask(act, { text: reply.question, sources: [choice] })
        : showOnce(act, textsOf(act).expired);
    case 'ask-person':
      return askPerson(act, reply);
    case 'helpful':
      return judged(act, id, reply, 'helpful');
    case 'wrong':
    case 'outdated':
      return comment(act, id, reply, action, where.trigger);
    default:
      return showOnce(act, textsOf(act).expired);
  }
}

/** In an organization somebody may ask in one workspace and press from another, with the same account. */
function isOwn({ place, person }: Act, reply: Reply): boolean {
  const isSamePerson = reply.person.issuer === person.issuer && reply.person.subject === person.subject;
  return isSamePerson && reply.user === place.user;
}

/** The link opens in the person's browser, with their own rights there; that they followed it is written down. */
async function opened(act: Act, reply: Reply, number: number): Promise<void> {
  const citation = reply.answer?.citations.find((each) => each.number === number);
  if (citation) await note(act, 'slack open', [citation.documentId]);
}

async function more(act: Act, reply: Reply): Promise<void> {
  const { cursor, question } = reply;
  await search(act, { text: question, ...(cursor !== undefined && { cursor }) });
}

async function shareable(act: Act, reply: Reply) {
  const { parts, client, place, workspace, person } = act;
  if (!reply.answer) return undefined;
  const audience = await audienceOf(reply.channel, {
    ...{ client, identity: parts.identity, workspace },
  });
  if (!audience) return undefined;
  const now = await parts.desk.recheck(person, reply.answer, place);
  const ids = [...new Set(now.citations.map(({ documentId }) => documentId))];
  const found = shareableOf(now, audience, await readableByAll(audience, ids, parts.desk));
  return { ...found, isPublic: audience.isPublic, teams: audience.teams };
}

async function proposeShare(act: Act, id: string, reply: Reply): Promise<void> {
  const texts = textsOf(act);
  const found = await shareable(act, reply);
  if (!found) return showOnce(act, texts.shareTooMany);
  await showOnce(act, texts.share, proposalBlocks(found, id, act.language));
}

/** Everything is asked anew: between the proposal and this somebody may have come in. */
async function share(act: Act, reply: Reply): Promise<void> {
  const { client, place, language, parts, threadTs } = act;
  const texts = textsOf(act);
  const found = await shareable(act, reply);
  if (!found) return showOnce(act, texts.shareTooMany);
  if (found.answer.claims.length === 0) return showOnce(act, texts.shareNobody);
  const documents = found.answer.citations.map(({ documentId }) => documentId);
  await parts.desk.record(act.person, place, {
    ...{ action: 'answer', via: 'slack share', outcome: 'done', shown: documents },
    details: { audience: found.people, left: found.leftSources },
  });
  if (!(await act.work.showing())) throw new TakenOver();
  const thread = reply.threadTs ?? threadTs;
  const { ts } = await client.chat.postMessage({
    ...{ channel: reply.channel, text: texts.shared, unfurl_links: false, unfurl_media: false },
    blocks: sharedBlocks(found, place.user, language),
    ...(thread !== undefined && { thread_ts: thread }),
  });
  if (ts !== undefined)
    await rememberShared(parts.state, act.workspace.home, {
      ...found,
      channel: reply.channel,
      ts,
      documents,
    });
}

async function askPerson(act: Act, { answer }: Reply): Promise<void> {
  const texts = textsOf(act);
  const ids = [...new Set((answer?.citations ?? []).map(({ documentId }) => documentId))];
  const cards = await act.parts.desk.cards(act.person, ids);
  await note(
    act,
    'slack ask-person',
    cards.map(({ id }) => id),
  );
  const names = [...new Set(cards.flatMap(({ authors }) => authors))].slice(0, 5);
  await showOnce(act, names.length > 0 ? texts.authors(names.join(', ')) : texts.noAuthors);
}

async function comment(
  act: Act,
  id: string,
  reply: Reply,
  verdict: Feedback['verdict'],
  trigger: string | undefined,
): Promise<void> {
  // What they say counts though they close the dialog.
  await keepFeedback(act, id, reply, verdict);
  if (trigger === undefined) return showOnce(act, textsOf(act).thanks);
  const view = commentView(id, verdict, act.language);
  try {
    await act.client.views.open({ trigger_id: trigger, view });
  } catch (error) {
    // A dialog opens within three seconds of the press, or not at all.
    if (!/trigger/u.test(refusalOf(error) ?? '')) throw error;
    await showOnce(act, textsOf(act).thanks);
  }
}

async function judged(act: Act, id: string, reply: Reply, verdict: Feedback['verdict']): Promise<void> {
  await keepFeedback(act, id, reply, verdict);
  await showOnce(act, textsOf(act).thanks);
}

export async function commented(act: Act, said: Extract<Delivery, { kind: 'comment' }>): Promise<void> {
  const reply = await act.parts.replies.get(said.reply);
  const verdict = VERDICTS.find((each) => each === said.verdict);
  if (!reply || !verdict || !isOwn(act, reply)) return;
  await keepFeedback(act, said.reply, reply, verdict, said.text);
}

async function keepFeedback(act: Act, id: string, reply: Reply, verdict: Feedback['verdict'], text = '') {
  const { parts, place, account, person } = act;
  const documents = (reply.answer?.citations ?? []).map(({ documentId }) => documentId);
  await parts.desk.record(act.person, place, {
    ...{ action: 'change', via: 'slack feedback', outcome: 'done', details: { verdict } },
  });
  await parts.replies.putFeedback(id, {
    ...{ verdict, question: reply.question, documents },
    ...(text && { comment: text.slice(0, 2_000) }),
    by: `${account.team}/${account.user}`,
    person: { issuer: person.issuer, subject: person.subject },
    at: new Date(parts.now()).toISOString(),
  });
}

async function note({ parts, person, place }: Act, via: string, shown: readonly DocumentId[]): Promise<void> {
  await parts.desk.record(person, place, { action: 'access', via, outcome: 'done', shown });
}

/** `<reply>/<choice>`; sources may hold slashes. */
function splitOnce(value: string): [string, string?] {
  const at = value.indexOf('/');
  return at < 0 ? [value] : [value.slice(0, at), value.slice(at + 1)];
}
