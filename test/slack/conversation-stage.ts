import assert from 'node:assert/strict';
import { after, afterEach, before, describe } from 'node:test';
import type { DocumentId } from '@fumikura/model';
import { until } from '@fumikura/testkit';
import type { SlackMessage } from '../simulators/slack/world.ts';
import { openState } from './open-state.ts';
import type { DeskDocument } from './scripted-desk.ts';
import { MODES, openSetting, TEAM } from './setting.ts';
import type { Mode, Setting, SettingOptions } from './setting.ts';

const document = (
  name: string,
  text: string,
  readers: readonly string[],
  source = 'test:wiki',
): DeskDocument => ({
  id: `${source}/${name}` as DocumentId,
  title: `Page ${name}`,
  url: `https://wiki.example/${name}`,
  text,
  readers: new Set(readers),
  authors: ['Grace Hopper'],
});

const DOCUMENTS = [
  document('keys', 'Rotate the keys every ninety days.', ['UADA0000001', 'UBOB0000001']),
  document('salaries', 'The keys to the salaries lie in the safe.', ['UADA0000001']),
  document(
    'jira',
    'Keys of the build are kept by the platform team.',
    ['UADA0000001', 'UBOB0000001'],
    'test:jira',
  ),
];

export interface Conversation {
  readonly mode: Mode;
  /** Of this test: Ada, Bob and Eve in the workspace, Ada, Bob and the bot in a private channel. */
  open(options?: Partial<SettingOptions>): Promise<Setting>;
  /** What the bot has said to the end and not taken back. */
  ofBot(): readonly SlackMessage[];
  answered(count?: number): Promise<readonly SlackMessage[]>;
  /** Slack had nothing to complain of. */
  clean(): void;
}

/** The same tests over both ways that Slack delivers. */
export function conversations(name: string, body: (conversation: Conversation) => void): void {
  for (const mode of MODES) describe(`${name}, by ${mode}`, () => body(conversationBy(mode)));
}

function conversationBy(mode: Mode): Conversation {
  let opened: Awaited<ReturnType<typeof openState>>;
  let setting: Setting;
  before(async () => {
    opened = await openState();
  });
  after(() => opened.close());
  afterEach(() => setting.close());

  const open = async (options: Partial<SettingOptions> = {}) => {
    setting = await openSetting(mode, { documents: DOCUMENTS, state: opened.state, ...options });
    const { world } = setting;
    for (const user of ['UADA0000001', 'UBOB0000001', 'UEVE0000001']) world.addUser(user, TEAM);
    world.addChannel(
      'C1A000001',
      TEAM,
      ['UADA0000001', 'UBOB0000001', world.installation(TEAM).botUser],
      'private',
    );
    return setting;
  };
  const ofBot = () => {
    const { botUser } = setting.world.installation(TEAM);
    return setting.world.messages.filter(
      ({ user, isDeleted, isStreaming }) => user === botUser && !isDeleted && !isStreaming,
    );
  };
  const answered = (count = 1) =>
    until(() => {
      const messages = ofBot();
      return messages.length >= count && messages;
    });
  const clean = () => assert.deepEqual(setting.server.violations, []);
  return { mode, open, ofBot, answered, clean };
}
