import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ADA, addFile, BOB, openStage } from './exchange-stage.ts';
import type { Stage } from './exchange-stage.ts';

describe('a source that is asked as its people (Entra, on behalf of)', { concurrency: 1 }, () => {
  let stage: Stage;
  let [ada, bob] = ['', ''];
  before(async () => {
    stage = await openStage();
    [ada, bob] = [await stage.entra.signInAs(ADA), await stage.entra.signInAs(BOB)];
  });
  after(async () => {
    const tokens = [ada, bob, ...stage.shown];
    const logs = await stage.close();
    assert.deepEqual(stage.graph.violations, []);
    assert.doesNotMatch(
      logs,
      /eyJ[\w-]{10,}|Bearer|the-secret-of-the-exchange/u,
      'no token, no secret in the log',
    );
    assert.ok(tokens.every((token) => !logs.includes(token)));
  });

  it('[exchange.own] shows live what the person may read there, which nothing of ours could know', async () => {
    assert.deepEqual(
      (await stage.asked(ada, 'bonus', false)).titles,
      ['travel'],
      'the index is closed for a group it cannot see',
    );
    const found = await stage.asked(ada, 'bonus');
    assert.deepEqual(found.titles, ['members', 'travel']);
    assert.equal(found.source.reason, undefined);
    assert.deepEqual((await stage.asked(bob, 'bonus')).titles, ['travel']);
  });

  it('[exchange.own] shows the source a token of its own, and never ours', () => {
    assert.ok(stage.shown.length > 0);
    assert.ok(!stage.shown.includes(ada) && !stage.shown.includes(bob));
  });

  it('[exchange.cached] asks the issuer once for a person and a token, however many ask at once', async () => {
    const fresh = await stage.entra.signInAs(ADA, { jti: 'another' });
    const before = stage.entra.exchanges;
    await Promise.all(Array.from({ length: 5 }, () => stage.asked(fresh, 'bonus')));
    await stage.asked(fresh, 'mug');
    assert.equal(stage.entra.exchanges - before, 1);
  });

  it('[exchange.late] asks as the person before something is shown, where nobody else can be asked', async () => {
    await stage.restart({ source: 'lateCheck: always' });
    assert.deepEqual((await stage.asked(bob, 'trains', false)).titles, ['travel']);
    const [site] = [...stage.world.sites.values()];
    const drive = site?.drives.get('b!documents');
    assert.ok(drive);
    const grants = drive.grants ?? [];
    drive.grants = grants.filter((each) => !JSON.stringify(each).includes(BOB));
    assert.deepEqual(
      (await stage.asked(bob, 'trains', false)).titles,
      [],
      'closed there, not yet known here',
    );
    assert.deepEqual((await stage.asked(ada, 'trains', false)).titles, ['travel']);
    drive.grants = grants;
    await stage.restart();
  });

  it('[exchange.refused] falls back to what is known of readers, and says so', async () => {
    addFile(stage.world, 'bicycles', 'The bonus for bicycles is a lock.');
    stage.entra.refused.add(ADA);
    const token = await stage.entra.signInAs(ADA, { jti: 'refused' });
    const { titles, source } = await stage.asked(token, 'bonus');
    assert.deepEqual(titles, ['bicycles', 'travel'], 'by the readers that our account reads');
    assert.match(source.reason ?? '', /not as you.*gave no token/u);
    stage.entra.refused.delete(ADA);
  });

  it('[exchange.refused] or shows nothing live, where it is configured so', async () => {
    await stage.restart({ exchange: 'otherwise: nobody' });
    stage.entra.refused.add(BOB);
    const { titles, source } = await stage.asked(bob, 'bicycles');
    assert.deepEqual(titles, []);
    assert.match(source.reason ?? '', /not asked live.*gave no token/u);
    assert.equal(source.state, 'failed');
    stage.entra.refused.delete(BOB);
    await stage.restart();
  });

  it('[exchange.other-tokens] works by the index for those whose token is none of the issuer', async () => {
    const { token } = (await stage.home.json(
      'token',
      'create',
      'editor',
      '--person',
      'ada',
      '--days',
      '1',
      '--scope',
      'knowledge.read',
    )) as {
      token: string;
    };
    const before = stage.shown.length;
    assert.deepEqual((await stage.asked(token, 'bonus')).titles, ['bicycles', 'travel']);
    assert.equal(stage.shown.length, before);
  });
});
