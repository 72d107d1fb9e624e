import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { JsonValue } from '@fumikura/model';
import { until } from '@fumikura/testkit';
import { openState } from './open-state.ts';
import { openSetting, TEAM } from './setting.ts';

const USER = 'UADA0000001';
const OTHERS_WORK_ON = 1_050;

it('[slack.once] takes over what a process that died left behind, however much others are at work on', async () => {
  const opened = await openState();
  const { state } = opened;
  const setting = await openSetting('socket', { state, bot: { leaseMs: 1_000 } });
  try {
    const { world, people } = setting;
    world.addUser(USER, TEAM);
    const { botUser } = world.installation(TEAM);
    world.addChannel('C1A000001', TEAM, [USER, botUser], 'private');
    const body = people.event(TEAM, {
      ...{ type: 'app_mention', user: USER, channel: 'C1A000001', team: TEAM },
      ...{ text: `<@${botUser}> where are the keys?`, ts: world.nextTs() },
    }) as JsonValue;
    const left = { body, phase: 'taken', attempt: 1, holder: 'another' };
    for (let at = 0; at < OTHERS_WORK_ON; at++)
      await state.put('slack.open', { key: `a${at}`, value: { ...left, until: Date.now() + 600_000 } });
    await state.put('slack.open', { key: 'z', value: { ...left, until: 1 } });
    const answer = await until(() => world.messages.find(({ user }) => user === botUser));
    assert.equal(answer.onlyFor, USER);
    assert.equal((await state.list('slack.open', { prefix: 'a', limit: 2_000 })).length, OTHERS_WORK_ON);
  } finally {
    await setting.close();
    await opened.close();
  }
});

it('[slack.once] ends what it has given up, though nobody can be told of it', async () => {
  const opened = await openState();
  const { state } = opened;
  const setting = await openSetting('socket', { state, bot: { leaseMs: 1_000 } });
  try {
    const { world, people } = setting;
    world.addUser(USER, TEAM);
    const body = people.event(TEAM, {
      ...{ type: 'app_mention', user: USER, channel: 'C0GONE001', team: TEAM },
      ...{ text: '<@bot> where are the keys?', ts: world.nextTs() },
    }) as JsonValue;
    const value = { body, phase: 'taken', attempt: 3, holder: 'another', until: 1 };
    await state.put('slack.open', { key: 'z', value });
    await setting.settled();
    assert.ok(await state.get('slack.seen', 'z'));
  } finally {
    await setting.close();
    await opened.close();
  }
});
