import { AppError } from '@fumikura/errors';
import type { WebClient } from '@slack/web-api';
import { ask, search, summarize } from './conversation.ts';
import type { Delivery, Where } from './delivery.ts';
import type { Place } from './desk.ts';
import type { Identified } from './identity.ts';
import type { Work } from './inbox.ts';
import type { Act, Parts } from './parts.ts';
import { commented, pressed } from './presses.ts';
import { says } from './render/blocks.ts';
import { homeView, refusedHome, SIGN_IN_PRESS, signInBlocks } from './render/pages.ts';
import { withdrawFrom } from './shared-messages.ts';
import { showOnce, showTo, textsOf } from './show.ts';
import { TEXTS } from './texts.ts';
import { unfurl } from './unfurl.ts';
import type { WorkspaceFacts } from './workspaces.ts';

export interface Surroundings {
  readonly parts: Parts;
  readonly client: WebClient;
  readonly workspace: WorkspaceFacts;
}

/** What is about accounts and installations is dealt with before. */
type Handled = Exclude<Delivery, { kind: 'account' | 'ended' | 'access' }>;

/** Does what somebody asked for by a delivery; who they are is asked first, each time. */
export async function handle(
  delivery: Handled,
  work: Work,
  { parts, client, workspace }: Surroundings,
): Promise<void> {
  const { where } = delivery;
  if (delivery.kind === 'joined') {
    parts.identity.forget(where.user);
    return withdrawFrom({ parts, client, workspace }, where);
  }
  const identified = await parts.identity.of(where.team, where.user);
  const place: Place = { team: where.team, channel: where.channel, user: where.user, kind: where.kind };
  const { language, account } = identified;
  const surroundings = { parts, client, workspace, place, work, language, account };
  const { threadTs } = where;
  const act = { ...surroundings, ...(threadTs !== undefined && { threadTs }) };
  if (identified.kind === 'refused') return refuse(act, delivery, identified);
  await answer({ ...act, person: identified.person }, delivery);
}

async function answer(act: Act, delivery: Exclude<Handled, { kind: 'joined' }>): Promise<void> {
  const texts = textsOf(act);
  switch (delivery.kind) {
    case 'question':
      if (delivery.text === '' && delivery.hasFiles) return showOnce(act, texts.filesOnly);
      if (await linkedBy(act, delivery.text)) return;
      return ask(act, delivery);
    case 'command':
      return command(act, delivery.text);
    case 'shortcut':
      return ask(act, { text: delivery.text.slice(0, 1_000) });
    case 'press':
      if (delivery.action === SIGN_IN_PRESS) return;
      return pressed(act, delivery);
    case 'comment':
      return commented(act, delivery);
    case 'links':
      return unfurl(act, delivery);
    case 'home':
      return home(act);
    case 'opened':
      return suggest(act, delivery.where);
  }
}

async function command(act: Act, said: string): Promise<void> {
  const texts = textsOf(act);
  const [, word = '', rest = ''] = /^(\S*)\s*(.*)$/su.exec(said) ?? [];
  switch (word.toLowerCase()) {
    case 'search':
      return search(act, { text: rest });
    case 'ask':
      return ask(act, { text: rest });
    case 'summarize':
    case 'summarise':
      return summarize(act, rest);
    case 'link':
      await linkedBy(act, said);
      return;
    case 'unlink':
      // A link of an account in one workspace may be older than the one for all of them.
      for (const { team, user } of [act.account, act.place]) await act.parts.links.remove(team, user);
      return showOnce(act, texts.unlinked);
    default:
      return showOnce(act, texts.help);
  }
}

/** `link CODE`, in a direct message or as a command. */
async function linkedBy(
  act: Omit<Act, 'person'> & { person?: Act['person'] },
  said: string,
): Promise<boolean> {
  const [, code] = /^link\s+([A-Za-z0-9-]{8,16})$/u.exec(said.trim()) ?? [];
  if (code === undefined) return false;
  const { parts, place, account } = act;
  const texts = TEXTS[act.language];
  const person = await parts.links.redeem(code, account.team, account.user);
  await parts.desk.record(person, place, {
    ...{ action: 'change', via: 'slack link', outcome: person ? 'done' : 'refused' },
    ...(!person && { code: 'CODE_INVALID' }),
  });
  parts.identity.forget(place.user);
  const said_ = person ? texts.linked(parts.nameOf(person)) : texts.codeWrong;
  if (await act.work.showing()) await showTo(act, said_);
  return true;
}

/** Somebody who is nobody here: told so where they spoke to the bot, and nothing else happens. */
async function refuse(
  act: Omit<Act, 'person'>,
  delivery: Handled,
  { as, language }: Extract<Identified, { kind: 'refused' }>,
): Promise<void> {
  const { parts, place, client } = act;
  const texts = TEXTS[language];
  if (as === 'bot') return;
  const said = delivery.kind === 'command' || delivery.kind === 'question' ? delivery.text : '';
  if (as === 'not-linked' && (await linkedBy(act, said))) return;
  if (delivery.kind === 'links' || delivery.kind === 'comment') return;
  // The browser opens the page; here nothing is left to be said.
  if (delivery.kind === 'press' && delivery.action === SIGN_IN_PRESS) return;
  await parts.desk.record(undefined, place, {
    ...{ action: 'access', via: `slack ${delivery.kind}`, outcome: 'refused', code: 'PERSON_UNKNOWN' },
    details: { as },
  });
  const { signInUrl } = parts;
  const maySignIn = as === 'not-linked' && signInUrl !== undefined;
  const words = maySignIn ? texts.signInFirst : texts.refusals[as];
  const blocks = maySignIn ? signInBlocks(signInUrl, language) : [says(words)];
  if (delivery.kind === 'home') {
    await client.views.publish({ user_id: place.user, view: refusedHome(blocks, language) });
    return;
  }
  if (await act.work.showing()) await showTo(act, words, blocks);
}

async function home(act: Act): Promise<void> {
  const { parts, place, account, person, client, language } = act;
  const [questions, sources] = await Promise.all([
    parts.replies.recent(account.team, account.user),
    parts.desk.sources(person),
  ]);
  const facts = { name: parts.nameOf(person), questions, sources };
  await client.views.publish({ user_id: place.user, view: homeView(facts, language) });
}

async function suggest(act: Act, { channel, threadTs }: Where): Promise<void> {
  if (threadTs === undefined)
    throw new AppError('UNEXPECTED', 'internal', 'an assistant thread without a start');
  const prompts = textsOf(act).prompts.map((message) => ({ title: message, message }));
  const [first, ...others] = prompts;
  if (!first) return;
  await act.client.assistant.threads.setSuggestedPrompts({
    ...{ channel_id: channel, thread_ts: threadTs },
    prompts: [first, ...others],
  });
}
