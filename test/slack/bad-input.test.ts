import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type { DocumentId } from '@fumikura/model';
import { readMessage } from '../simulators/slack/screen.ts';
import { openState } from './open-state.ts';
import { MODES, openSetting, TEAM } from './setting.ts';
import type { Setting } from './setting.ts';

const [ADA, BOB, CHANNEL] = ['UADA0000001', 'UBOB0000001', 'C1A000001'] as const;
const DOCUMENTS = ['Rotate the keys every ninety days.', 'Keys of the build lie in the safe.'].map(
  (text, at) => ({
    id: `test:wiki/k${at}` as DocumentId,
    ...{
      title: `Keys ${at}`,
      url: `https://wiki.example/k${at}`,
      text,
      readers: new Set<string>([ADA, BOB]),
    },
  }),
);

for (const mode of MODES)
  describe(`what people and Slack do wrong, by ${mode}`, () => {
    let opened: Awaited<ReturnType<typeof openState>>;
    let setting: Setting;
    before(async () => {
      opened = await openState();
    });
    after(() => opened.close());
    afterEach(() => setting.close());

    const open = async () => {
      setting = await openSetting(mode, { documents: DOCUMENTS, state: opened.state });
      const { world } = setting;
      for (const user of [ADA, BOB]) world.addUser(user, TEAM);
      world.addChannel(CHANNEL, TEAM, [ADA, BOB, world.installation(TEAM).botUser], 'private');
      return setting;
    };
    const said = () => {
      const { world } = setting;
      const { botUser } = world.installation(TEAM);
      return world.messages.filter((each) => each.user === botUser && !each.isDeleted).map(readMessage);
    };

    it('[slack.bad-input] an empty mention, one of 40,000 characters, and a file alone are answered with what to do', async () => {
      const { people, world, deliveries, desk } = await open();
      await people.mention(ADA, CHANNEL, '   ');
      await people.mention(ADA, CHANNEL, 'x'.repeat(40_000));
      const { botUser } = world.installation(TEAM);
      await deliveries.event(
        people.event(TEAM, {
          ...{ type: 'app_mention', subtype: 'file_share', user: ADA, channel: CHANNEL, ts: world.nextTs() },
          ...{ text: `<@${botUser}>`, files: [{ id: 'F1', name: 'keys.pdf' }], team: TEAM },
        }),
      );
      await setting.settled();
      const words = said();
      for (const expected of [
        /What would you like to know/u,
        /at most 4,000 characters/u,
        /I read text only/u,
      ])
        assert.equal(words.filter((each) => expected.test(each)).length, 1, String(expected));
      assert.equal(desk.asked.size, 0);
    });

    it('[slack.bad-input] a question whose message is gone ends, once, and the next one is answered', async () => {
      const { people, server, desk, state } = await open();
      server.answerNext('chat.startStream', { error: 'message_not_found' });
      server.answerNext('chat.postMessage', { error: 'thread_not_found' });
      await people.direct(ADA, 'keys of the message that is gone');
      await setting.settled();
      assert.equal(desk.asked.get('keys of the message that is gone'), 1);
      assert.equal((await state.list('slack.open', { limit: 1 })).length, 0);
      await people.mention(ADA, CHANNEL, 'keys');
      await setting.settled();
      assert.match(said().join(), /ninety days/u);
    });

    it('[slack.bad-input] a token that was withdrawn: nothing is said, nothing is tried for ever', async () => {
      const { people, world, state, desk } = await open();
      world.installation(TEAM).state = 'revoked';
      await people.mention(ADA, CHANNEL, 'keys after the end');
      await setting.settled();
      assert.deepEqual([said(), desk.asked.size], [[], 0]);
      assert.equal((await state.list('slack.open', { limit: 1 })).length, 0);
    });

    it('[slack.bad-input] an app that was removed from the workspace says nothing there any more', async () => {
      const { people, deliveries, desk } = await open();
      await people.mention(ADA, CHANNEL, 'keys');
      await setting.settled();
      await deliveries.event(people.event(TEAM, { type: 'app_uninstalled' }));
      await setting.settled();
      await people.mention(ADA, CHANNEL, 'keys again');
      await setting.settled();
      assert.deepEqual([...desk.asked], [['keys', 1]]);
      assert.equal(said().length, 1);
    });

    it('[slack.bad-input] an answer that breaks off in the middle is ended where it stands, and told', async () => {
      const { people, world, desk } = await open();
      desk.failAfter = 1;
      await people.direct(ADA, 'where are the keys?');
      await setting.settled();
      assert.ok(world.messages.every(({ isStreaming }) => !isStreaming));
      const [part = '', end = ''] = said();
      assert.match(part, /ninety days/u);
      assert.doesNotMatch(part, /safe/u);
      assert.match(end, /could not answer this just now/u);
    });

    it('[slack.bad-input] what Slack fails at is tried again, and answered once', async () => {
      const { people, server, desk } = await open();
      // The library tries six times by itself.
      for (let n = 0; n < 6; n++) server.answerNext('users.info', { status: 500 });
      await people.mention(BOB, CHANNEL, 'keys though Slack is ill');
      await setting.settled();
      assert.equal(desk.asked.get('keys though Slack is ill'), 1);
      assert.equal(said().length, 1);
    });

    it('[slack.bad-input] a dialog that opens too late is left out; what was said counts', async () => {
      const { people, server, world } = await open();
      await people.mention(ADA, CHANNEL, 'keys');
      await setting.settled();
      const answer = world.messages.find(({ onlyFor }) => onlyFor === ADA);
      assert.ok(answer);
      server.answerNext('views.open', { error: 'expired_trigger_id' });
      await people.press(ADA, answer, 'wrong');
      await setting.settled();
      assert.match(said().at(-1) ?? '', /Thank you/u);
    });
  });
