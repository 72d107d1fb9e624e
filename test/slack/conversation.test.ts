import assert from 'node:assert/strict';
import { it } from 'node:test';
import { AppError } from '@fumikura/errors';
import { until } from '@fumikura/testkit';
import { readMessage, screenOf } from '../simulators/slack/screen.ts';
import { signed } from '../simulators/slack/deliveries.ts';
import { conversations } from './conversation-stage.ts';
import { TEAM } from './setting.ts';

conversations('the bot', ({ mode, open, ofBot, answered, clean }) => {
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
    const { people, world, desk, server } = await open();
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
    const { people, world, settled } = await open();
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
    await settled();
    assert.equal(Object.keys(own.unfurls).length, 1);
    assert.deepEqual([public_.unfurls, forbidden.unfurls], [{}, {}]);
    clean();
  });

  it('[slack.home] shows who somebody is, what they asked and how fresh the sources are', async () => {
    const { people, world, server } = await open({ linked: (user) => user !== 'UNEW0000001' });
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
    await until(() => server.calls.some(({ method }) => method.endsWith('setSuggestedPrompts')));
    clean();
  });

  it('[slack.once] answers a repeated or replayed delivery once, by however many instances', async () => {
    const { people, deliveries, desk, startAnother, world, server } = await open();
    await startAnother();
    if (mode === 'socket') await until(() => server.sockets.connections === 2);
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
