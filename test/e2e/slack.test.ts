import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { overHttp, overSocket, SIGNING_SECRET } from '../simulators/slack/deliveries.ts';
import { peopleOf } from '../simulators/slack/people.ts';
import type { People } from '../simulators/slack/people.ts';
import { readMessage, screenOf } from '../simulators/slack/screen.ts';
import { APP_TOKEN, startSlackServer } from '../simulators/slack/server.ts';
import type { SlackServer } from '../simulators/slack/server.ts';
import type { SlackMessage } from '../simulators/slack/world.ts';
import { SlackWorld } from '../simulators/slack/world.ts';
import { createHome } from './fumi.ts';
import type { Home, Running } from './fumi.ts';

const TEAM = 'T1A000001';
const CHANNEL = 'C1A000001';
const [OWNER, KEN, AOI] = ['UYOU0000001', 'UKEN0000001', 'UAOI0000001'] as const;
const HANDBOOK = fileURLToPath(new URL('../../examples/handbook', import.meta.url));
const SCOPES = [
  ...['app_mentions:read', 'assistant:write', 'channels:read', 'groups:read', 'chat:write', 'commands'],
  ...['im:history', 'links:read', 'links:write', 'users:read'],
];

function configOf(mode: 'socket' | 'http', apiUrl: string): string {
  const way =
    mode === 'socket'
      ? 'mode: socket, appToken: { file: app-token }'
      : 'mode: http, signingSecret: { file: signing-secret }, port: 0';
  return `owner: you
persons:
  - { id: you, name: The owner }
  - { id: ken, name: Ken Ito, slack: [${TEAM}/${KEN}] }
  - { id: aoi, name: Aoi Fujita, email: aoi@example.com }
sources:
  - id: files:handbook
    root: ${JSON.stringify(HANDBOOK)}
    readers: [everyone]
    folders:
      - { folder: hr, readers: [you] }
slack: { ${way}, token: { file: bot-token }, apiUrl: ${JSON.stringify(apiUrl)} }
`;
}

async function until<T>(found: () => T | undefined | false): Promise<T> {
  for (const started = Date.now(); Date.now() - started < 20_000; await delay(20)) {
    const value = found();
    if (value !== undefined && value !== false) return value;
  }
  throw new Error('not within twenty seconds');
}

for (const mode of ['socket', 'http'] as const)
  describe(`fumi slack run, by ${mode}`, () => {
    const world = new SlackWorld();
    let [server, home, running, people]: [SlackServer?, Home?, Running?, People?] = [];
    const parts = () => {
      assert.ok(server && home && running && people);
      return { server, home, running, people };
    };
    before(async () => {
      world.install(TEAM, SCOPES, 'xoxb-one');
      for (const user of [OWNER, KEN, AOI]) world.addUser(user, TEAM);
      world.addChannel(CHANNEL, TEAM, [OWNER, KEN, AOI, world.installation(TEAM).botUser], 'private');
      server = await startSlackServer({ world, speed: 600 });
      home = await createHome();
      await home.write('fumikura.yaml', configOf(mode, server.apiUrl));
      for (const [file, secret] of [
        ['bot-token', 'xoxb-one'],
        ['app-token', APP_TOKEN],
        ['signing-secret', SIGNING_SECRET],
      ] as const)
        await home.write(file, `${secret}\n`);
      const synced = await home.run(['sync']);
      assert.equal(synced.code, 0, synced.stderr);
      const started = home.start(['slack', 'run', '--json']);
      running = started;
      const { url } = await until(
        () => started.printed() !== '' && (JSON.parse(started.printed()) as { url?: string }),
      );
      const deliveries =
        mode === 'socket' ? overSocket(server, 600) : overHttp(() => (url === undefined ? [] : [url]), 600);
      people = peopleOf(world, deliveries, server);
    });
    after(async () => {
      running?.process.kill('SIGKILL');
      await running?.ended;
      await server?.close();
      await home?.remove();
    });

    const answerTo = async (deliver: () => Promise<unknown>): Promise<SlackMessage> => {
      const { botUser } = world.installation(TEAM);
      const ofBot = () =>
        world.messages.filter((each) => each.user === botUser && !each.isStreaming && !each.isDeleted);
      const count = ofBot().length;
      await deliver();
      return until(() => ofBot()[count]);
    };
    const records = async () =>
      (await parts().home.json('audit', 'search', '--limit', '100'))['records'] as Record<string, unknown>[];

    it('[slack.installed] answers a question from the handbook, and writes it down with its place', async () => {
      const { people, server } = parts();
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
      const { people, home } = parts();
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
      const { home } = parts();
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
      const { people, running } = parts();
      await answerTo(() => people.direct(KEN, 'When are expense claims due?'));
      running.process.kill('SIGTERM');
      const { code, stderr } = await running.ended;
      assert.ok(code === 0 || code === 130 || code === 143, stderr);
    });
  });
