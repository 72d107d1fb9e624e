import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { DocumentId } from '@fumikura/model';
import { singleWorkspace } from '@fumikura/slack-bot';
import { until } from '@fumikura/testkit';
import { readMessage, screenOf } from '../simulators/slack/screen.ts';
import { conversations } from './conversation-stage.ts';
import { SCOPES, TEAM } from './setting.ts';

conversations('who the bot shows what', ({ open, ofBot, answered, clean }) => {
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

  it('[slack.identity] knows somebody by their address only when the workspace calls it confirmed', async () => {
    const email = 'ada@corp.example';
    const { people, world, desk } = await open({
      linked: () => false,
      install: async ({ world: installed, server }) => {
        installed.install(TEAM, [...SCOPES, 'users:read.email'], 'xoxb-one');
        return singleWorkspace('xoxb-one', server.apiUrl);
      },
      bot: {
        byEmail: async (asked) => (asked === email ? { issuer: 'local', subject: 'UADA0000001' } : undefined),
      },
    });
    world.addUser('UBOB0000001', TEAM, { email, isEmailConfirmed: false });
    await people.direct('UBOB0000001', 'where are the keys?');
    const [refused] = await answered();
    assert.match(readMessage(refused ?? { text: '', blocks: [] }), /do not know yet who you are/u);
    assert.equal(desk.asked.size, 0);
    world.addUser('UADA0000001', TEAM, { email });
    await people.direct('UADA0000001', 'where are the keys?');
    const [, shown] = await answered(2);
    assert.match(readMessage(shown ?? { text: '', blocks: [] }), /ninety days/u);
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
    const { people, world, settled } = await open();
    await people.mention('UADA0000001', 'C1A000001', 'ninety');
    const [answer] = await answered();
    assert.ok(answer);
    await people.press('UADA0000001', answer, 'share');
    const [, proposal] = await answered(2);
    assert.ok(proposal);
    await people.press('UADA0000001', proposal, 'share-now');
    await answered(3);
    await people.join('UEVE0000001', 'C1A000001');
    await settled();
    for (const user of ['UBOB0000001', 'UEVE0000001']) assert.doesNotMatch(screenOf(world, user), /Rotate/u);
    clean();
  });

  it('[slack.share] takes everybody of the workspace for readers of a public channel, whoever is in it', async () => {
    const { people, world } = await open();
    world.addChannel('C1PUBLIC01', TEAM, ['UADA0000001', world.installation(TEAM).botUser]);
    await people.mention('UADA0000001', 'C1PUBLIC01', 'where are the keys?');
    const [answer] = await answered();
    assert.ok(answer);
    await people.press('UADA0000001', answer, 'share');
    const [, refused] = await answered(2);
    assert.match(
      readMessage(refused ?? { text: '', blocks: [] }),
      /cannot be shared/u,
      'Eve may read nothing',
    );
    world.user('UEVE0000001').deleted = true;
    await people.press('UADA0000001', answer, 'share');
    const [, , proposal] = await answered(3);
    assert.match(
      readMessage(proposal ?? { text: '', blocks: [] }),
      /2 people will be able to see this[^]*Not open to everyone here:\n\[2\] Page salaries/u,
      'Bob is not in it, and may look',
    );
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
});
