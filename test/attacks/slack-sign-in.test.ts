import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { openBrowser } from '../auth/browser.ts';
import type { Browser, Shown } from '../auth/browser.ts';
import { until } from '@fumikura/testkit';
import { codeIn, HOSTILE_NAME, openSignInStage } from '../slack/sign-in-stage.ts';
import type { SignInStage } from '../slack/sign-in-stage.ts';

/** Whatever is sent to the page where people sign in: a code goes to the browser of its own person, once. */
describe('the page where people sign in for Slack', { concurrency: 1 }, () => {
  let stage: SignInStage;
  before(async () => {
    stage = await openSignInStage();
  });
  after(() => stage.close());

  const refusedAs = (shown: Shown, words: RegExp, status = 400) => {
    assert.equal(shown.status, status, shown.text);
    assert.equal(codeIn(shown), undefined);
    assert.match(shown.text, words);
    assert.match(shown.headers.get('content-security-policy') ?? '', /default-src 'none'/u);
  };
  const NOT_BEGUN = /not begun in this browser/u;
  const NOT_PROVEN = /could not be verified/u;
  const changed = (address: URL, name: string, value: string | undefined) => {
    const url = new URL(address);
    if (value === undefined) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
    return url;
  };
  /** Begins, and lets somebody change what the provider is asked for. */
  const begunWith = async (browser: Browser, name: string, value: string) => {
    const away = await browser.openUntil(`${stage.site}/slack/sign-in`, stage.provider.issuer);
    stage.provider.signInAs('you-at-work');
    return browser.openUntil(changed(away, name, value), stage.back);
  };
  const cookieOf = (browser: Browser) => browser.cookies.get('fumikura-sign-in');

  it('the attacks differ from what is served', async () => {
    const browser = openBrowser();
    assert.match(codeIn(await browser.open(await stage.comesBack('you-at-work', browser))) ?? '', /^link /u);
  });

  it('[attack.slack-sign-in] S an answer that somebody else began is opened in the browser of a victim', async () => {
    const [attacker, victim] = [openBrowser(), openBrowser()];
    const theirs = await stage.comesBack('mallory-at-work', attacker);
    const own = await stage.comesBack('you-at-work', victim);
    refusedAs(await victim.open(theirs), NOT_BEGUN);
    assert.ok(codeIn(await victim.open(own)), 'what the victim began goes on');
  });

  it('[attack.slack-sign-in] S the code of somebody else is put into an answer to what the victim began', async () => {
    const [attacker, victim] = [openBrowser(), openBrowser()];
    const code = (await stage.comesBack('mallory-at-work', attacker)).searchParams.get('code') ?? '';
    const own = await stage.comesBack('you-at-work', victim);
    refusedAs(await victim.open(changed(own, 'code', code)), NOT_PROVEN);
  });

  it('[attack.slack-sign-in] S an answer that was stolen is opened in another browser', async () => {
    const back = await stage.comesBack('you-at-work', openBrowser());
    refusedAs(await openBrowser().open(back), NOT_BEGUN);
  });

  it('[attack.slack-sign-in] S an answer comes again, with its cookie kept', async () => {
    const browser = openBrowser();
    const back = await stage.comesBack('you-at-work', browser);
    const cookie = cookieOf(browser);
    assert.ok(cookie);
    assert.ok(codeIn(await browser.open(back)));
    refusedAs(await browser.open(back), NOT_BEGUN);
    browser.cookies.set('fumikura-sign-in', cookie);
    refusedAs(await browser.open(back), /was used already/u);
  });

  it('[attack.slack-sign-in] T the cookie is altered, or there are two', async () => {
    const browser = openBrowser();
    const back = await stage.comesBack('you-at-work', browser);
    const cookie = cookieOf(browser);
    assert.ok(cookie);
    const put = (value: string) => browser.cookies.set('fumikura-sign-in', { ...cookie, value });
    const middle = Math.floor(cookie.value.length / 2);
    const letter = cookie.value[middle] === 'A' ? 'B' : 'A';
    for (const value of [
      `${cookie.value.slice(0, middle)}${letter}${cookie.value.slice(middle + 1)}`,
      `${cookie.value}; fumikura-sign-in=${cookie.value}`,
      'eyJhbGciOiJub25lIn0.e30.',
    ]) {
      put(value);
      refusedAs(await browser.open(back), NOT_BEGUN);
    }
    put(cookie.value);
    assert.ok(codeIn(await browser.open(back)), 'refused for the cookie alone');
  });

  it('[attack.slack-sign-in] S the token is for another nonce', async () => {
    const browser = openBrowser();
    refusedAs(await browser.open(await begunWith(browser, 'nonce', 'another')), NOT_PROVEN);
  });

  it('[attack.slack-sign-in] S the code is for another verifier', async () => {
    const browser = openBrowser();
    refusedAs(await browser.open(await begunWith(browser, 'code_challenge', 'A'.repeat(43))), NOT_PROVEN);
  });

  for (const iss of ['https://evil.example', undefined])
    it(`[attack.slack-sign-in] S issuers are mixed up: the answer names ${iss ?? 'none'}`, async () => {
      const browser = openBrowser();
      const back = await stage.comesBack('you-at-work', browser);
      assert.equal(back.searchParams.get('iss'), stage.provider.issuer);
      refusedAs(await browser.open(changed(back, 'iss', iss)), NOT_PROVEN);
    });

  it('[attack.slack-sign-in] T the address names another place to go', async () => {
    const browser = openBrowser();
    const more = 'redirect_uri=https://evil.example/&next=//evil.example&return_to=https://evil.example';
    const away = await browser.openUntil(`${stage.site}/slack/sign-in?${more}`, stage.provider.issuer);
    assert.equal(away.searchParams.get('redirect_uri'), stage.back);
    assert.doesNotMatch(away.href, /evil/u);
    for (const path of ['/slack/sign-in//evil.example', '//evil.example/slack/sign-in'])
      assert.equal((await fetch(`${stage.site}${path}`, { redirect: 'manual' })).status, 404);
  });

  it('[attack.slack-sign-in] T the request names another host', async () => {
    const { port } = new URL(stage.site);
    const status = await new Promise((resolve, reject) => {
      const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example' };
      request({ host: '127.0.0.1', port, path: '/slack/sign-in', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    assert.equal(status, 403);
  });

  it('[attack.slack-sign-in] T a name holds HTML, and what the provider says does', async () => {
    const shown = await stage.signIn('mallory-at-work');
    assert.ok(codeIn(shown));
    assert.ok(!shown.text.includes(HOSTILE_NAME));
    assert.match(shown.text, /&lt;img src=x onerror=&quot;alert\(&#39;1&#39;\)&quot;&gt;/u);
    const browser = openBrowser();
    const back = await stage.comesBack('you-at-work', browser);
    const told = changed(changed(back, 'code', undefined), 'error', 'access_denied');
    const words = '<script>alert(1)</script> call 0123';
    const refused = await browser.open(changed(told, 'error_description', words));
    refusedAs(refused, /did not let you in/u);
    assert.doesNotMatch(refused.text, /script|0123|access_denied/u);
  });

  it('[attack.slack-sign-in] E somebody who left, or never came, signs in at the provider', async () => {
    refusedAs(await stage.signIn('a-stranger'), /not known to Fumikura/u, 403);
    assert.ok(codeIn(await stage.signIn('leaver-at-work')));
    const leaves = await stage.joins('newcomer-at-work');
    // Asked as often as it takes, each time from another address: one alone would be told to come again later.
    let asked = 0;
    const codeOf = async (subject: string) => {
      asked = (asked % 250) + 1;
      return codeIn(await stage.signIn(subject, openBrowser(), { 'x-forwarded-for': `198.51.100.${asked}` }));
    };
    const hasCode = async () => (await codeOf('newcomer-at-work')) !== undefined;
    await until(hasCode, { what: 'the directory tells of them' });
    await leaves();
    await until(async () => !(await hasCode()), { what: 'and that they left' });
    refusedAs(await stage.signIn('newcomer-at-work'), /not known to Fumikura/u, 403);
    const leftBehind = await stage.joins('leaver-at-work');
    await leftBehind();
    const isOut = async () => (await codeOf('leaver-at-work')) === undefined;
    await until(isOut, { what: 'though the configuration still names them' });
    refusedAs(await stage.signIn('leaver-at-work'), /not known to Fumikura/u, 403);
  });

  it('[attack.slack-sign-in] T other methods do nothing', async () => {
    const browser = openBrowser();
    const back = await stage.comesBack('you-at-work', browser);
    const cookie = `fumikura-sign-in=${cookieOf(browser)?.value ?? ''}`;
    for (const method of ['HEAD', 'POST', 'PUT', 'DELETE'])
      assert.equal((await fetch(back, { method, headers: { cookie } })).status, 405);
    assert.ok(codeIn(await browser.open(back)));
  });

  it('[attack.slack-sign-in] D an address that asks too often is told when to come again, others go on', async () => {
    const from = (address: string) =>
      fetch(`${stage.site}/slack/sign-in`, {
        redirect: 'manual',
        headers: { 'x-forwarded-for': address, 'accept-language': 'ja' },
      });
    const statuses: number[] = [];
    let last = await from('203.0.113.9');
    for (let asked = 1; asked < 125; asked++) {
      statuses.push(last.status);
      last = await from('203.0.113.9');
    }
    assert.deepEqual([...new Set(statuses)], [302, 429]);
    assert.equal(statuses.filter((status) => status === 302).length, 120);
    assert.match(last.headers.get('retry-after') ?? '', /^\d+$/u);
    assert.match(await last.text(), /<html lang="ja">[^]*秒後/u);
    assert.equal((await from('203.0.113.10')).status, 302);
  });

  it('[attack.slack-sign-in] I the provider is away: the page says so and nothing else, and the log tells no secret', async () => {
    const browser = openBrowser();
    const back = await stage.comesBack('you-at-work', browser);
    await stage.provider.close();
    refusedAs(await browser.open(back), /cannot be reached now/u, 503);
    stage.running.process.kill('SIGTERM');
    const { stderr } = await stage.running.ended;
    const secrets = [back.searchParams.get('code') ?? '-', cookieOf(browser)?.value ?? '-'];
    for (const secret of [...secrets, 'a-secret-of-the-page']) assert.ok(!stderr.includes(secret));
  });
});
