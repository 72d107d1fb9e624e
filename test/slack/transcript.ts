// node test/slack/transcript.ts [--mode http] [--write]: a conversation with the installed command in a simulated workspace,
// over its handbook; --write puts it into docs/slack.md.
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { until } from '@fumikura/testkit';
import { readMessage } from '../simulators/slack/screen.ts';
import type { SlackMessage } from '../simulators/slack/world.ts';
import { CHANNEL, KEN, openInstalled, OWNER, SITE } from './installed.ts';
import type { Installed } from './installed.ts';
import { TEAM } from './setting.ts';
import type { Mode } from './setting.ts';

const PAGE = new URL('../../docs/slack.md', import.meta.url);
const [BEGIN, END] = ['<!-- conversation -->\n', '<!-- /conversation -->\n'];
const NAMES: Readonly<Record<string, string>> = { [OWNER]: 'The owner', [KEN]: 'Ken', UAOI0000001: 'Aoi' };

/** What is said and shown, in order; the same by both ways of delivery. */
export async function transcript(mode: Mode): Promise<string> {
  const installed = await openInstalled(mode);
  const told = teller(installed);
  try {
    await english(installed, told);
    installed.world.user(KEN).locale = 'ja-JP';
    await installed.people.changed(KEN);
    await japanese(installed, told);
    if (installed.server.violations.length > 0) throw new Error(installed.server.violations.join('\n'));
    return `\`\`\`text\n${told.lines.join('\n').trim()}\n\`\`\`\n`;
  } finally {
    await installed.close();
  }
}

type Teller = ReturnType<typeof teller>;

function teller({ answerTo }: Installed) {
  const lines: string[] = [];
  const add = (who: string, text: string) => lines.push(who, ...indented(text), '');
  return {
    lines,
    scene: (title: string) => lines.push(`== ${title}`, ''),
    seen: (what: string, text: string) => add(what, steady(text)),
    /** Somebody does something, and the bot says something. */
    turn: async (who: string, said: string, work: () => Promise<unknown>): Promise<SlackMessage> => {
      add(said === '' ? `(${who})` : `${who}:`, said);
      const message = await answerTo(work);
      const to = message.onlyFor === undefined ? '' : `, for ${NAMES[message.onlyFor]} alone`;
      add(`Fumikura${to}:`, steady(readMessage(message)));
      return message;
    },
  };
}

async function english(installed: Installed, { scene, turn, seen, lines }: Teller): Promise<void> {
  const { people, world, home } = installed;
  scene('A direct message from somebody whom Fumikura does not know yet');
  await turn('The owner', 'What are the salary bands?', () =>
    people.direct(OWNER, 'What are the salary bands?'),
  );
  const { code } = await home.json('slack', 'code');
  await turn('The owner', 'link ABCDE-FGHJK', () => people.direct(OWNER, `link ${String(code)}`));
  scene('A question, and another one in its thread');
  const first = 'When are expense claims due?';
  const answer = await turn('Ken', first, () => people.direct(KEN, first));
  const thread = answer.threadTs ?? '';
  await turn('Ken, in the thread', 'And who has to consent above 30,000 yen?', () =>
    people.direct(KEN, 'And who has to consent above 30,000 yen?', thread),
  );
  await turn('Ken presses [Helpful]', '', () => people.press(KEN, answer, 'helpful'));
  scene('A mention in a channel where Ken and Aoi read along, shared with them');
  const leave = 'How many weeks of parental leave are paid, and when are expense claims due?';
  const own = await turn('The owner, in #handbook', `@Fumikura ${leave}`, () =>
    people.mention(OWNER, CHANNEL, leave),
  );
  await turn('The owner presses [Ask a person]', '', () => people.press(OWNER, own, 'ask-person'));
  const proposal = await turn('The owner presses [Share…]', '', () => people.press(OWNER, own, 'share'));
  await turn('The owner presses [Share]', '', () => people.press(OWNER, proposal, 'share-now'));
  scene('A command, a message that somebody uses the shortcut on, and a question without an answer');
  await turn('Ken', '/fumi search vpn', () => people.command(KEN, 'search vpn', CHANNEL));
  const message = world.say({ channel: CHANNEL, user: OWNER, text: 'How long may a laptop be used?' });
  await turn('Ken uses “What do we know about this?” on “How long may a laptop be used?”', '', () =>
    people.shortcut(KEN, message),
  );
  await turn('Ken', `/fumi summarize ${SITE}engineering/on-call.md`, () =>
    people.command(KEN, `summarize ${SITE}engineering/on-call.md`, CHANNEL),
  );
  const secret = 'What are the salary bands?';
  await turn('Ken, in #handbook', `@Fumikura ${secret}`, () => people.mention(KEN, CHANNEL, secret));
  scene('A link in the conversation with Fumikura, and its home');
  const link = `${SITE}it/vpn.md`;
  const posted = await people.postLink(KEN, world.direct(KEN).id, link);
  await until(() => Object.keys(posted.unfurls).length > 0);
  const [[, preview] = []] = Object.entries(posted.unfurls);
  lines.push('Ken:', ...indented(link), '');
  seen('The preview below it:', readMessage({ text: '', blocks: (preview as { blocks: unknown[] }).blocks }));
  await people.openHome(KEN);
  const home_ = await until(() => world.homes.get(KEN));
  seen('The home, as Ken sees it:', readMessage({ text: '', blocks: home_.view['blocks'] as unknown[] }));
}

async function japanese({ people, world }: Installed, { scene, turn, seen }: Teller): Promise<void> {
  scene('日本語で');
  const leave = '有給休暇の申請はいつまでに必要ですか。';
  const answer = await turn('Ken', leave, () => people.direct(KEN, leave));
  await turn('Ken、スレッドで', '残った日数は繰り越せますか。', () =>
    people.direct(KEN, '残った日数は繰り越せますか。', answer.threadTs ?? ''),
  );
  const claim = '経費精算の期限を教えてください。';
  const own = await turn('Ken、#handbook で', `@Fumikura ${claim}`, () =>
    people.mention(KEN, CHANNEL, claim),
  );
  const proposal = await turn('Ken が [共有…] を押す', '', () => people.press(KEN, own, 'share'));
  await turn('Ken が [共有する] を押す', '', () => people.press(KEN, proposal, 'share-now'));
  await turn('Ken', '/fumi search パスワード', () => people.command(KEN, 'search パスワード', CHANNEL));
  const bands = '等級ごとの給与はいくらですか。';
  await turn('Ken、#handbook で', `@Fumikura ${bands}`, () => people.mention(KEN, CHANNEL, bands));
  await turn('Ken', '/fumi', () => people.command(KEN, '', CHANNEL));
  const before = world.homes.get(KEN);
  await people.openHome(KEN);
  const home = await until(() => world.homes.get(KEN) !== before && world.homes.get(KEN));
  seen('Ken のホーム:', readMessage({ text: '', blocks: home.view['blocks'] as unknown[] }));
}

/** Without what is another one in each run or checkout. */
function steady(text: string): string {
  const named = Object.entries(NAMES).reduce(
    (words, [id, name]) => words.replaceAll(`@${id}`, `@${name}`),
    text,
  );
  return named.replaceAll(/\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2})?/gu, '2026-11-02').replaceAll(`${TEAM}/`, '');
}

function indented(text: string): string[] {
  return text === '' ? [] : text.split('\n').map((line) => `  ${line}`.trimEnd());
}

/** The page with the conversation between its marks. */
export async function pageWith(
  conversation: string,
): Promise<{ readonly now: string; readonly wanted: string }> {
  const now = await readFile(PAGE, 'utf8');
  const [before, rest] = now.split(BEGIN);
  const [, after] = (rest ?? '').split(END);
  if (before === undefined || after === undefined) throw new Error(`no ${BEGIN.trim()} in docs/slack.md`);
  return { now, wanted: `${before}${BEGIN}\n${conversation}\n${END}${after}` };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { mode: { type: 'string', default: 'socket' }, write: { type: 'boolean', default: false } },
  });
  const conversation = await transcript(values.mode === 'http' ? 'http' : 'socket');
  if (values.write) await writeFile(PAGE, (await pageWith(conversation)).wanted);
  else process.stdout.write(conversation);
}
