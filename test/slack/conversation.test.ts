import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { AppError } from '@fumikura/errors';
import type { DocumentId } from '@fumikura/model';
import { until } from '@fumikura/testkit';
import { readMessage, screenOf } from '../simulators/slack/screen.ts';
import { signed } from '../simulators/slack/deliveries.ts';
import { openState } from './open-state.ts';
import type { DeskDocument } from './scripted-desk.ts';
import { MODES, openSetting, TEAM } from './setting.ts';
import type { Setting, SettingOptions } from './setting.ts';

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

for (const mode of MODES)
  describe(`the bot, by ${mode}`, () => {
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

    it('[slack.ask] answers a mention to the asker alone, with numbered sources', async () => {
      const { people, world } = await open();
      const { isAcknowledged } = await people.mention('UADA0000001', 'C1A000001', 'where are the keys?');
      assert.ok(isAcknowledged);
      const [message] = await answered();
      assert.ok(message);
      assert.equal(message.onlyFor, 'UADA0000001');
      const read = readMessage(message);
      assert.match(read, /Rotate the keys every ninety days\. \[1\]/u);
      assert.match(read, /\[1\] Page keys <https:\/\/wiki\.example\/keys> \(test:wiki\)/u);
      assert.match(read, /\[Share…\] \[More results\]/u);
      assert.doesNotMatch(screenOf(world, 'UBOB0000001'), /ninety|salaries/u);
      assert.doesNotMatch(message.text, /keys/u, 'a notification tells nothing');
      clean();
    });

    it('[slack.ask] streams an answer in a direct message, and asks on within its thread', async () => {
      const { people, world, server, desk } = await open();
      const { ts } = await people.direct('UADA0000001', 'where are the keys?');
      const [message] = await answered();
      assert.equal(message?.threadTs, ts);
      assert.match(readMessage(message ?? { text: '', blocks: [] }), /ninety days[^]*salaries[^]*Sources/u);
      const methods = server.calls.map(({ method }) => method);
      assert.ok(methods.includes('chat.startStream') && methods.includes('chat.stopStream'));
      assert.equal(world.statuses.length, 1);
      await people.direct('UADA0000001', 'and of the build?', ts);
      await answered(2);
      assert.equal(desk.asked.get('and of the build?'), 1);
      clean();
    });

    it('[slack.readers] gives each asker their own answer', async () => {
      const { people } = await open();
      await people.mention('UBOB0000001', 'C1A000001', 'where are the keys?');
      const [message] = await answered();
      assert.doesNotMatch(JSON.stringify(message), /salaries/u);
      await people.mention('UEVE0000001', 'C1A000001', 'where are the keys?');
      clean();
    });

    it('[slack.identity] says nothing to guests, people of other workspaces, apps and people whom nobody linked', async () => {
      const { people, world, desk } = await open({ linked: (user) => user !== 'UNEW0000001' });
      world.addUser('UGUEST0000001', TEAM, { guest: 'multi' });
      world.addUser('UGONE0000001', TEAM, { deleted: true });
      world.addUser('UNEW0000001', TEAM);
      world.addUser('UFAR0000001', 'T2B000001');
      world.addUser('UAPP0000001', TEAM, { isBot: true });
      for (const user of ['UGUEST0000001', 'UGONE0000001', 'UNEW0000001', 'UFAR0000001', 'UAPP0000001'])
        world.channels.get('C1A000001')?.members.add(user);
      for (const [user, words] of [
        ['UGUEST0000001', /Guests/u],
        ['UNEW0000001', /do not know yet who you are/u],
        ['UGONE0000001', /deactivated/u],
        ['UFAR0000001', /other workspaces/u],
      ] as const) {
        const count = ofBot().length;
        await people.mention(user, 'C1A000001', 'where are the keys?');
        const messages = await answered(count + 1);
        assert.match(readMessage(messages.at(-1) ?? { text: '', blocks: [] }), words);
        assert.equal(messages.at(-1)?.onlyFor, user);
      }
      await people.mention('UAPP0000001', 'C1A000001', 'where are the keys?');
      await people.mention('UADA0000001', 'C1A000001', 'platform');
      await answered(5);
      assert.equal(desk.asked.size, 1);
      assert.equal(desk.records.filter(({ event }) => event.outcome === 'refused').length, 4);
      clean();
    });

    it('[slack.identity] asks again who somebody is when the workspace says that it changed', async () => {
      const { people, world } = await open();
      await people.mention('UADA0000001', 'C1A000001', 'platform');
      await answered();
      world.user('UADA0000001').deleted = true;
      await people.changed('UADA0000001');
      await people.mention('UADA0000001', 'C1A000001', 'platform');
      const [, second] = await answered(2);
      assert.match(readMessage(second ?? { text: '', blocks: [] }), /deactivated/u);
      clean();
    });

    it('[slack.link] links an account by a code that serves once', async () => {
      const { people, world, state } = await open({ linked: () => false });
      const { createLinks } = await import('@fumikura/slack-bot');
      const links = createLinks(state);
      const code = await links.createCode({ issuer: 'local', subject: 'UADA0000001' });
      await people.direct('UADA0000001', `link ${code}`);
      await answered();
      assert.match(readMessage(ofBot()[0] ?? { text: '', blocks: [] }), /you are UADA0000001/u);
      await people.direct('UADA0000001', 'where are the keys?');
      await answered(2);
      await people.direct('UEVE0000001', `link ${code}`);
      const [, , third] = await answered(3);
      assert.match(readMessage(third ?? { text: '', blocks: [] }), /does not hold/u);
      for (let n = 0; n < 5; n++) await people.command('UEVE0000001', `link AAAAA-AAAA${n}`);
      await answered(8);
      const good = await links.createCode({ issuer: 'local', subject: 'UADA0000001' });
      await people.command('UEVE0000001', `link ${good}`);
      await answered(9);
      assert.equal(await links.of(TEAM, 'UEVE0000001'), undefined, 'after five wrong codes none is taken');
      await links.remove(TEAM, 'UADA0000001');
      assert.equal(world.messages.length > 0, true);
      clean();
    });

    it('[slack.share] shares what everybody there may read, after it said what not', async () => {
      const { people, world, desk } = await open();
      await people.mention('UADA0000001', 'C1A000001', 'where are the keys?');
      const [answer] = await answered();
      assert.ok(answer);
      await people.press('UADA0000001', answer, 'share');
      const [, proposal] = await answered(2);
      assert.ok(proposal);
      assert.match(
        readMessage(proposal),
        /2 people will be able to see this\. 2 sources are open to all of them\. One is not[^]*Not open to everyone here:\n\[2\] Page salaries/u,
      );
      assert.doesNotMatch(screenOf(world, 'UBOB0000001'), /ninety/u);
      await people.press('UADA0000001', proposal, 'share-now');
      const [, , shared] = await answered(3);
      assert.equal(shared?.onlyFor, undefined);
      const read = readMessage(shared ?? { text: '', blocks: [] });
      assert.match(read, /@UADA0000001 shared an answer/u);
      assert.match(read, /ninety days/u);
      assert.match(read, /1 part was left out/u);
      assert.doesNotMatch(screenOf(world, 'UBOB0000001'), /salaries/u);
      const record = desk.records.find(({ event }) => event.via === 'slack share');
      assert.deepEqual(record?.event.details, { audience: 2, left: 1 });
      clean();
    });

    it('[slack.share] takes back what was shared when somebody comes in who may not read it', async () => {
      const { people, world } = await open();
      await people.mention('UADA0000001', 'C1A000001', 'ninety');
      const [answer] = await answered();
      assert.ok(answer);
      await people.press('UADA0000001', answer, 'share');
      const [, proposal] = await answered(2);
      assert.ok(proposal);
      await people.press('UADA0000001', proposal, 'share-now');
      await answered(3);
      await people.join('UEVE0000001', 'C1A000001');
      await setting.settled();
      for (const user of ['UBOB0000001', 'UEVE0000001'])
        assert.doesNotMatch(screenOf(world, user), /Rotate/u);
      clean();
    });

    it('[slack.share] shares nothing where a guest reads along, and nothing that the asker has lost meanwhile', async () => {
      const { people, world, desk } = await open();
      await people.mention('UADA0000001', 'C1A000001', 'ninety');
      const [answer] = await answered();
      assert.ok(answer);
      world.addUser('UGUEST0000001', TEAM, { guest: 'single' });
      world.channels.get('C1A000001')?.members.add('UGUEST0000001');
      await people.press('UADA0000001', answer, 'share');
      const [, refused] = await answered(2);
      assert.match(readMessage(refused ?? { text: '', blocks: [] }), /cannot be shared/u);
      world.channels.get('C1A000001')?.members.delete('UGUEST0000001');
      desk.documents.get('test:wiki/keys' as DocumentId)?.readers.delete('UADA0000001');
      await people.press('UADA0000001', answer, 'share');
      const [, , lost] = await answered(3);
      desk.documents.get('test:wiki/keys' as DocumentId)?.readers.add('UADA0000001');
      assert.match(readMessage(lost ?? { text: '', blocks: [] }), /cannot be shared/u);
      clean();
    });

    it('[slack.buttons] are for who asked, and for a day', async () => {
      const { people, world } = await open();
      await people.mention('UADA0000001', 'C1A000001', 'where are the keys?');
      const [answer] = await answered();
      assert.ok(answer);
      await people.press('UBOB0000001', answer, 'share');
      const [, second] = await answered(2);
      assert.match(readMessage(second ?? { text: '', blocks: [] }), /Only who asked/u);
      const old = {
        ...answer,
        blocks: JSON.parse(
          JSON.stringify(answer.blocks).replaceAll(/"value":"[\w-]{16}"/gu, '"value":"gone"'),
        ) as unknown[],
      };
      await people.press('UADA0000001', old, 'more');
      const [, , third] = await answered(3);
      assert.match(readMessage(third ?? { text: '', blocks: [] }), /too old/u);
      await people.press('UADA0000001', answer, 'ask-person');
      const [, , , authors] = await answered(4);
      assert.match(readMessage(authors ?? { text: '', blocks: [] }), /Grace Hopper/u);
      await people.press('UADA0000001', answer, 'narrow', 'test:jira');
      const [, , , , narrowed] = await answered(5);
      assert.doesNotMatch(JSON.stringify(narrowed), /ninety/u);
      assert.match(JSON.stringify(narrowed), /platform team/u);
      await people.press('UADA0000001', answer, 'more');
      await answered(6);
      assert.equal(world.modals.length, 0);
      clean();
    });

    it('[slack.feedback] keeps what somebody says of an answer, with their comment', async () => {
      const { people, world, state } = await open();
      await people.direct('UADA0000001', 'where are the keys?');
      const [answer] = await answered();
      assert.ok(answer);
      await people.press('UADA0000001', answer, 'wrong');
      const modal = await until(() => world.modals[0]);
      await people.submit('UADA0000001', modal.view, 'It is sixty days now.');
      const { createReplies } = await import('@fumikura/slack-bot');
      const replies = createReplies(state);
      const feedback = await until(async () => (await replies.feedback()).find(({ comment }) => comment));
      assert.equal(feedback.verdict, 'wrong');
      assert.equal(feedback.comment, 'It is sixty days now.');
      assert.equal(feedback.documents.length, 3);
      clean();
    });

    it('[slack.commands] search, ask, summarize a link, and help', async () => {
      const { people } = await open();
      const said = async (text: string) => {
        const count = ofBot().length;
        await people.command('UADA0000001', text);
        return readMessage((await answered(count + 1)).at(-1) ?? { text: '', blocks: [] });
      };
      assert.match(await said('search keys'), /1\. Page keys <https:\/\/wiki\.example\/keys> \(test:wiki\)/u);
      assert.match(await said('ask where are the keys'), /ninety days\. \[1\]/u);
      assert.match(await said('summarize https://wiki.example/salaries'), /Summary[^]*safe/u);
      assert.match(await said('summarize https://wiki.example/nowhere'), /no such document, or you may not/u);
      assert.match(await said('ask'), /What would you like to know/u);
      assert.match(await said('dance'), /\/fumi search/u);
      assert.match(await said(`ask ${'x'.repeat(40_000)}`), /too long/u);
      clean();
    });

    it('[slack.unfurl] previews a link in the conversation with the bot alone: elsewhere others come in later', async () => {
      const { people, world } = await open();
      const { botUser } = world.installation(TEAM);
      world.addChannel('C2A000001', TEAM, ['UADA0000001', botUser]);
      const link = 'https://wiki.example/keys';
      const public_ = await people.postLink('UADA0000001', 'C2A000001', link);
      const own = await people.postLink('UADA0000001', world.direct('UADA0000001').id, link);
      const forbidden = await people.postLink(
        'UBOB0000001',
        world.direct('UBOB0000001').id,
        'https://wiki.example/salaries',
      );
      await setting.settled();
      assert.equal(Object.keys(own.unfurls).length, 1);
      assert.deepEqual([public_.unfurls, forbidden.unfurls], [{}, {}]);
      clean();
    });

    it('[slack.home] shows who somebody is, what they asked and how fresh the sources are', async () => {
      const { people, world } = await open({ linked: (user) => user !== 'UNEW0000001' });
      world.addUser('UNEW0000001', TEAM, { locale: 'ja-JP' });
      await people.direct('UADA0000001', 'where are the keys?');
      await answered();
      await people.openHome('UADA0000001');
      await people.openHome('UNEW0000001');
      await until(() => world.homes.size === 2);
      assert.match(
        screenOf(world, 'UADA0000001'),
        /You are UADA0000001[^]*where are the keys\?[^]*test:wiki: 2 documents/u,
      );
      assert.match(screenOf(world, 'UNEW0000001'), /どなたかまだ確認できていません/u);
      await people.openAssistant('UADA0000001');
      await until(() => setting.server.calls.some(({ method }) => method.endsWith('setSuggestedPrompts')));
      clean();
    });

    it('[slack.once] answers a repeated or replayed delivery once, by however many instances', async () => {
      const { people, deliveries, desk, startAnother, world } = await open();
      await startAnother();
      if (mode === 'socket') await until(() => setting.server.sockets.connections === 2);
      const { botUser } = world.installation(TEAM);
      const body = people.event(TEAM, {
        ...{
          type: 'app_mention',
          user: 'UADA0000001',
          channel: 'C1A000001',
          ts: '1.000001',
          event_ts: '1.000001',
        },
        text: `<@${botUser}> the keys of repetition`,
      });
      const all = await Promise.all(Array.from({ length: 8 }, () => deliveries.event(body)));
      assert.ok(all.every(({ isAcknowledged }) => isAcknowledged));
      await answered();
      await deliveries.event(body);
      assert.equal(desk.asked.get('the keys of repetition'), 1);
      assert.equal(ofBot().length, 1);
      clean();
    });

    it('[slack.failure] says that it failed without saying why, and explains what the asker did', async () => {
      const { people, desk } = await open();
      desk.failNext = new Error('database password hunter2 at 10.0.0.3');
      await people.mention('UADA0000001', 'C1A000001', 'keys');
      const [first] = await answered();
      assert.match(readMessage(first ?? { text: '', blocks: [] }), /could not answer this just now/u);
      assert.doesNotMatch(JSON.stringify(first), /hunter2/u);
      desk.failNext = new AppError('QUERY_TOO_LONG' as never, 'invalid-input', 'x', {
        publicMessage: 'Ask for less.',
      });
      await people.mention('UADA0000001', 'C1A000001', 'keys');
      const [, second] = await answered(2);
      assert.match(readMessage(second ?? { text: '', blocks: [] }), /Ask for less\./u);
      clean();
    });

    it('[slack.limits] waits as long as Slack says', async () => {
      const { people, server } = await open();
      server.answerNext('chat.postEphemeral', { status: 429, retryAfter: 1 });
      await people.mention('UADA0000001', 'C1A000001', 'where are the keys?');
      await answered();
      assert.equal(ofBot().length, 1);
      clean();
    });

    it('[slack.budget] answers so many questions of a person in an hour', async () => {
      const { people } = await open({ bot: { questionsPerHour: 2 }, linked: () => true });
      for (let n = 0; n < 3; n++) await people.mention('UBOB0000001', 'C1A000001', `keys ${n}`);
      const messages = await answered(3);
      assert.equal(messages.filter((each) => /this hour/u.test(readMessage(each))).length >= 1, true);
      clean();
    });

    if (mode === 'http')
      it('[slack.signature] takes nothing without a fresh signature', async () => {
        const { people, bots, desk } = await open();
        const body = JSON.stringify(
          people.event(TEAM, {
            type: 'app_mention',
            user: 'UADA0000001',
            channel: 'C1A000001',
            text: 'forged keys',
            ts: '1.0',
          }),
        );
        const url = bots[0]?.url ?? '';
        const headers = { 'content-type': 'application/json' };
        const old = Math.floor(Date.now() / 1_000) - 600;
        for (const signature of [
          {},
          signed(body, { secret: 'guessed' }),
          signed(body, { at: old }),
          signed('other'),
        ]) {
          const { status } = await fetch(url, {
            method: 'POST',
            body,
            headers: { ...headers, ...signature },
          });
          assert.equal(status, 401);
        }
        assert.equal(desk.asked.size, 0);
        const large = 'x'.repeat(20_000_000);
        const answer = await fetch(url, {
          method: 'POST',
          body: large,
          headers: { ...headers, ...signed(large) },
        });
        assert.equal(answer.status, 413);
        clean();
      });
  });
