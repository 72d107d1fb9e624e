import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { until } from '@fumikura/testkit';
import { openBrowser } from '../auth/browser.ts';
import { serve } from '../auth/serving.ts';
import { elementsOf } from '../simulators/slack/people.ts';
import { readMessage } from '../simulators/slack/screen.ts';
import { KEN, OWNER } from './installed.ts';
import { CLIENT_ID, codeIn, openSignInStage } from './sign-in-stage.ts';
import type { SignInStage } from './sign-in-stage.ts';
import { TEAM } from './setting.ts';

const QUESTION = 'What are the salary bands?';
const NEWCOMER = 'UNEW0000001';

describe('signing in with a browser for a code for Slack', { concurrency: 1 }, () => {
  let stage: SignInStage;
  before(async () => {
    stage = await openSignInStage();
    stage.world.addUser(NEWCOMER, TEAM);
  });
  after(() => stage.close());

  it('[slack.sign-in] leads from the bot by a button and a code to an answer', async () => {
    const { people, answerTo, site, server } = stage;
    const refused = await answerTo(() => people.direct(OWNER, QUESTION));
    assert.match(readMessage(refused), /do not know yet who you are\. Press “Sign in”/u);
    const [button] = elementsOf(refused.blocks ?? []);
    assert.equal(button?.['url'], `${site}/slack/sign-in`);
    const shown = await stage.signIn('you-at-work');
    assert.equal(shown.status, 200, shown.text);
    assert.match(shown.text, /You are signed in as The owner\./u);
    assert.match(shown.text, /Give it to nobody/u);
    assert.match(shown.text, /for 10 minutes, until \d\d:\d\d \(UTC\)/u);
    const said = codeIn(shown) ?? '';
    assert.match(readMessage(await answerTo(() => people.direct(OWNER, said))), /you are The owner here/u);
    assert.match(readMessage(await answerTo(() => people.direct(OWNER, QUESTION))), /Salary bands/u);
    const again = await answerTo(() => people.direct(NEWCOMER, said));
    assert.match(readMessage(again), /This code does not hold/u);
    assert.deepEqual(server.violations, []);
  });

  it('[slack.sign-in] is on the home of somebody who is not linked, and pressing it says nothing more', async () => {
    const { people, world, site } = stage;
    await people.openHome(NEWCOMER);
    const home = await until(() => world.homes.get(NEWCOMER));
    const blocks = home.view['blocks'] as unknown[];
    assert.equal(elementsOf(blocks)[0]?.['url'], `${site}/slack/sign-in`);
    const refused = await stage.answerTo(() => people.direct(NEWCOMER, QUESTION));
    const ofBot = () => world.messages.filter((each) => world.user(each.user).isBot).length;
    const before = ofBot();
    await people.press(NEWCOMER, refused, 'sign-in');
    // Whoever is asked after it is answered after it.
    await stage.answerTo(() => people.direct(KEN, 'When are expense claims due?'));
    assert.equal(ofBot(), before + 1);
  });

  it('[slack.sign-in] speaks the language of the browser, and runs, loads and keeps nothing', async () => {
    const japanese = await stage.signIn('you-at-work', openBrowser(), {
      'accept-language': 'fr, ja-JP;q=0.9, en;q=0.5',
    });
    assert.match(japanese.text, /<html lang="ja">[^]*さんとしてサインインしています/u);
    const policy = japanese.headers.get('content-security-policy') ?? '';
    const [, nonce = ''] = /style-src 'nonce-([^']+)'/u.exec(policy) ?? [];
    assert.match(policy, /^default-src 'none';.*frame-ancestors 'none'/u);
    assert.ok(nonce !== '' && japanese.text.includes(`<style nonce="${nonce}">`));
    assert.doesNotMatch(japanese.text, /<script|\bsrc=|https?:/u);
    assert.equal(japanese.headers.get('cache-control'), 'no-store');
    assert.equal(japanese.headers.get('referrer-policy'), 'no-referrer');
    const other = await stage.signIn('you-at-work');
    assert.ok(!other.text.includes(nonce), 'another one for each page');
  });

  it('[slack.sign-in] keeps what it has to know in a sealed cookie for the way back alone', async () => {
    const browser = openBrowser();
    const away = await browser.openUntil(`${stage.site}/slack/sign-in`, stage.provider.issuer);
    assert.equal(away.searchParams.get('code_challenge_method'), 'S256');
    assert.equal(away.searchParams.get('redirect_uri'), stage.back);
    assert.equal(away.searchParams.get('scope'), 'openid');
    const [[, cookie] = []] = [...browser.cookies];
    assert.match(cookie?.line ?? '', /; Max-Age=600; Path=\/slack\/signed-in; HttpOnly; SameSite=Lax$/u);
    for (const kept of ['state', 'nonce'])
      assert.ok(!cookie?.line.includes(away.searchParams.get(kept) ?? kept));
    await stage.signIn('you-at-work', browser);
    assert.equal(browser.cookies.has('fumikura-sign-in'), false, 'forgotten when it is over');
  });

  it('[slack.sign-in] goes on at another server than it began at, and once at all of them', async () => {
    const other = await serve(stage.home, '--no-watch');
    try {
      const browser = openBrowser();
      const back = await stage.comesBack('you-at-work', browser);
      const cookies = [...browser.cookies];
      const there = new URL(`${back.pathname}${back.search}`, other.url);
      assert.ok(codeIn(await browser.open(there)));
      for (const [name, cookie] of cookies) browser.cookies.set(name, cookie);
      assert.match((await browser.open(back)).text, /was used already/u);
    } finally {
      await other.stop();
    }
  });

  it('[slack.sign-in] writes each code and each refusal down', async () => {
    await stage.signIn('a-stranger');
    const { records } = (await stage.home.json('audit', 'search', '--limit', '100')) as {
      records: Record<string, unknown>[];
    };
    const own = records.filter(({ via }) => via === 'slack sign-in');
    const given = own.find(({ outcome }) => outcome === 'done');
    assert.deepEqual(given?.['actor'], { issuer: 'local', subject: 'you' });
    assert.equal(given?.['object'], 'slack code of you');
    assert.equal((given?.['client'] as { credential?: string }).credential, CLIENT_ID);
    const refused = own.filter(({ outcome }) => outcome === 'refused');
    const stranger = refused.find(({ code }) => code === 'PERSON_UNKNOWN');
    const again = { why: 'used', rule: 'the sign-in was used before' };
    assert.ok(refused.some(({ details }) => isDeepStrictEqual(details, again)));
    assert.deepEqual(stranger?.['actor'], { issuer: stage.provider.issuer, subject: 'a-stranger' });
  });

  it('[slack.sign-in] is tried by the doctor, who says what keeps people from it', async () => {
    const { home, site, provider } = stage;
    const file = join(home.folder, 'fumikura.yaml');
    const config = await readFile(file, 'utf8');
    const examined = async (from = '', to = '') => {
      await home.write('fumikura.yaml', config.replaceAll(from, to));
      const { stdout } = await home.run(['doctor', '--json']);
      const { findings } = JSON.parse(stdout) as {
        findings: { check: string; ok: boolean; detail: string }[];
      };
      const own = findings.filter(({ check }) => check.startsWith('slack sign-in '));
      return new Map(own.map(({ check, ok, detail }) => [check.slice(14), ok ? 'ok' : detail]));
    };
    const all = [
      ['issuer', 'ok'],
      ['client', 'ok'],
      ['address', 'ok'],
      ['page', 'ok'],
    ];
    try {
      assert.deepEqual([...(await examined())], all);
      const unknown = await examined(`clientId: ${CLIENT_ID}`, 'clientId: nobody');
      assert.match(unknown.get('client') ?? '', /does not take nobody .*check slack\.signIn\.clientId/u);
      assert.match(unknown.get('address') ?? '', /register it there as redirect URI of nobody/u);
      await home.write('other-secret', 'another-secret');
      const guessed = await examined('file: page-secret', 'file: other-secret');
      assert.match(guessed.get('client') ?? '', /does not take slack-page \(not authorized\)/u);
      assert.equal(guessed.get('address'), 'ok');
      const elsewhere = await examined(`publicUrl: ${site}`, 'publicUrl: http://127.0.0.1:9');
      assert.match(
        elsewhere.get('address') ?? '',
        /back to http:\/\/127\.0\.0\.1:9\/slack\/signed-in: register/u,
      );
      assert.match(elsewhere.get('page') ?? '', /cannot be reached from here/u);
      const away = await examined(provider.issuer, 'http://127.0.0.1:9');
      assert.match(away.get('issuer') ?? '', /^http:\/\/127\.0\.0\.1:9 cannot be asked: /u);
      assert.deepEqual([...away.keys()], ['issuer', 'page']);
    } finally {
      await home.write('fumikura.yaml', config);
    }
  });
});
