import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createLinks } from '@fumikura/slack-bot';
import { openState } from './open-state.ts';

describe('codes that link an account', () => {
  let opened: Awaited<ReturnType<typeof openState>>;
  before(async () => {
    opened = await openState();
  });
  after(() => opened.close());
  const person = { issuer: 'local', subject: 'alice' };
  const tried = async () => {
    const attempts = await opened.state.list('slack.code.attempts', { limit: 10 });
    return attempts.map(({ key, value }) => [key, value]);
  };

  it('[slack.link] right ones are no attempts, however many', async () => {
    const links = createLinks(opened.state);
    for (let time = 0; time < 7; time++)
      assert.deepEqual(await links.redeem(await links.createCode(person), 'T1', 'URIGHT'), person);
    assert.deepEqual(await tried(), []);
  });

  it('[slack.link] a right one between wrong ones gives no further guesses', async () => {
    const links = createLinks(opened.state);
    for (let time = 0; time < 4; time++)
      assert.equal(await links.redeem('AAAAA-AAAAA', 'T1', 'UWRONG'), undefined);
    assert.deepEqual(await links.redeem(await links.createCode(person), 'T1', 'UWRONG'), person);
    assert.deepEqual(await tried(), [['T1/UWRONG', 4]]);
    assert.equal(await links.redeem('AAAAA-AAAAA', 'T1', 'UWRONG'), undefined);
    assert.equal(
      await links.redeem(await links.createCode(person), 'T1', 'UWRONG'),
      undefined,
      'five were wrong',
    );
    assert.deepEqual(await links.redeem(await links.createCode(person), 'T1', 'UOTHER'), person);
  });

  it('[slack.link] one serves once, whoever says it, and of two at the same moment one', async () => {
    const links = createLinks(opened.state);
    const code = await links.createCode(person);
    const both = await Promise.all(['UONE', 'UTWO'].map((user) => links.redeem(code, 'T1', user)));
    assert.equal(both.filter((each) => each !== undefined).length, 1);
    assert.equal(await links.redeem(code, 'T1', 'UTHREE'), undefined);
  });
});
