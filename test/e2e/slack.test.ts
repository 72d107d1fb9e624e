import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { readMessage, screenOf } from '../simulators/slack/screen.ts';
import { AOI, CHANNEL, KEN, openInstalled, OWNER, SCOPES } from '../slack/installed.ts';
import type { Installed } from '../slack/installed.ts';
import { MODES, TEAM } from '../slack/setting.ts';

for (const mode of MODES)
  describe(`fumi slack run, by ${mode}`, () => {
    let installed: Installed | undefined;
    const parts = () => {
      assert.ok(installed);
      return installed;
    };
    before(async () => {
      installed = await openInstalled(mode);
    });
    after(() => installed?.close());

    const records = async () =>
      (await parts().home.json('audit', 'search', '--limit', '100'))['records'] as Record<string, unknown>[];

    it('[slack.installed] answers a question from the handbook, and writes it down with its place', async () => {
      const { people, server, answerTo } = parts();
      const message = await answerTo(() => people.mention(KEN, CHANNEL, 'When are expense claims due?'));
      assert.equal(message.onlyFor, KEN);
      assert.match(readMessage(message), /fifth working day of the next month/u);
      const answers = (await records()).filter(({ via }) => via === 'slack ask');
      const shown = answers.find(({ details }) => (details as { phase?: string }).phase === 'shown');
      assert.ok(shown, JSON.stringify(answers));
      assert.deepEqual(shown['actor'], { issuer: 'local', subject: 'ken' });
      assert.deepEqual(shown['client'], { channel: 'slack', name: `${TEAM}/${KEN}` });
      assert.deepEqual(shown['details'], {
        ...{ team: TEAM, channel: CHANNEL, user: KEN, place: 'channel', phase: 'shown' },
      });
      assert.ok((shown['shown'] as string[]).some((id) => id.includes('expenses.md')));
      assert.deepEqual(server.violations, []);
    });

    it('[slack.installed] knows whoever says the code that they made where they are signed in', async () => {
      const { people, home, world, answerTo } = parts();
      const question = 'What are the salary bands?';
      const before = await answerTo(() => people.mention(OWNER, CHANNEL, question));
      assert.match(readMessage(before), /do not know yet who you are/u);
      const { code } = await home.json('slack', 'code');
      const linked = await answerTo(() => people.direct(OWNER, `link ${String(code)}`));
      assert.match(readMessage(linked), /The owner/u);
      const answered = await answerTo(() => people.mention(OWNER, CHANNEL, question));
      assert.match(readMessage(answered), /Salary bands/u);
      const other = await answerTo(() => people.mention(KEN, CHANNEL, question));
      assert.doesNotMatch(readMessage(other), /Salary bands/u);
      for (const user of [KEN, AOI]) assert.doesNotMatch(screenOf(world, user), /10\.4|confidential/u);
      const listed = (await home.json('slack', 'links'))['links'] as { user: string }[];
      assert.deepEqual(
        listed.map(({ user }) => user),
        [OWNER],
      );
      assert.equal((await home.run(['slack', 'unlink', TEAM, OWNER])).code, 0);
      const after = await answerTo(() => people.mention(OWNER, CHANNEL, question));
      assert.match(readMessage(after), /do not know yet who you are/u);
    });

    it('[slack.installed] is looked at by the doctor: tokens, scopes, clock', async () => {
      const { home, world } = parts();
      const ofSlack = async () =>
        ((await home.json('doctor'))['findings'] as { check: string; ok: boolean; detail: string }[]).filter(
          ({ check }) => check.startsWith('slack'),
        );
      const found = await ofSlack();
      const checks = ['slack token', 'slack scopes', 'slack clock'];
      assert.deepEqual(
        found.map(({ check, ok }) => [check, ok]),
        [...checks, ...(mode === 'socket' ? ['slack socket'] : [])].map((check) => [check, true]),
        JSON.stringify(found),
      );
      const installation = world.installation(TEAM);
      (installation as { scopes: Set<string> }).scopes = new Set(SCOPES.slice(1));
      const [, scopes] = await ofSlack();
      (installation as { scopes: Set<string> }).scopes = new Set(SCOPES);
      assert.equal(scopes?.ok, false);
      assert.match(scopes?.detail ?? '', /missing: app_mentions:read/u);
    });

    it('[slack.installed] ends when it is told to, without a question lost', async () => {
      const { people, running, answerTo } = parts();
      await answerTo(() => people.direct(KEN, 'When are expense claims due?'));
      running.process.kill('SIGTERM');
      const { code, stderr } = await running.ended;
      assert.equal(code, 0, stderr);
    });
  });
