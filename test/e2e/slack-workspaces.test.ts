import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readMessage } from '../simulators/slack/screen.ts';
import { createHome } from './fumi.ts';
import { AOI_THERE, CHANNEL, KEN, openInstalled, OTHER_TEAM, SCOPES } from '../slack/installed.ts';
import type { Installed } from '../slack/installed.ts';
import { MODES, TEAM } from '../slack/setting.ts';

const ENTERPRISE = 'E1A000001';
const QUESTION = 'When are expense claims due?';
const ANSWER = /fifth working day of the next month/u;

async function stored({ home }: Installed): Promise<string> {
  const folder = join(home.folder, '.fumikura');
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((each) =>
    each.isFile(),
  );
  const texts = await Promise.all(files.map((each) => readFile(join(each.parentPath, each.name), 'latin1')));
  return texts.join('');
}

describe('fumi in Slack, as a whole', () => {
  for (const mode of MODES)
    it(`[slack.installed] several workspaces by ${mode}, whose tokens rest encrypted and are changed before they end`, async () => {
      const installed = await openInstalled(mode, { several: true });
      const { world, home, people, answerTo, server } = installed;
      try {
        assert.match((await home.run(['doctor'])).stdout, /no workspace yet: .*fumi slack install/u);
        world.install(OTHER_TEAM, SCOPES, 'xoxb-none-yet');
        world.addUser(AOI_THERE, OTHER_TEAM);
        const { address } = await home.json('slack', 'install');
        assert.match(
          String(address),
          /^https:\/\/slack\.com\/oauth\/v2\/authorize\?client_id=client-id&scope=app_mentions%3Aread/u,
        );
        const refused = await home.run(['slack', 'install', 'guessed']);
        assert.match(refused.stderr, /Slack refuses: invalid_code/u);
        // So short that their first use changes them.
        world.tokensHoldSeconds = 60;
        for (const team of [TEAM, OTHER_TEAM]) {
          world.installation(team).code = `code-of-${team}`;
          assert.deepEqual(await home.json('slack', 'install', `code-of-${team}`), { team });
        }
        world.tokensHoldSeconds = 43_200;
        assert.deepEqual(await home.json('slack', 'workspaces'), {
          workspaces: [TEAM, OTHER_TEAM],
          organizations: [],
        });
        const here = await answerTo(() => people.mention(KEN, CHANNEL, QUESTION));
        const there = await answerTo(() => people.direct(AOI_THERE, QUESTION));
        for (const message of [here, there]) assert.match(readMessage(message), ANSWER);
        assert.equal(there.user, world.installation(OTHER_TEAM).botUser);
        assert.match(world.installation(OTHER_TEAM).botToken, /-r2$/u);
        assert.doesNotMatch(await stored(installed), /xox[be]/u);
        assert.deepEqual(server.violations, []);
      } finally {
        await installed.close();
      }
    });

  for (const mode of MODES)
    it(`[slack.grid] an organization by ${mode}, whose workspaces follow what it gives and takes`, async () => {
      const installed = await openInstalled(mode, { several: true });
      const { world, home, people, answerTo, server } = installed;
      try {
        world.enterprises.set(TEAM, ENTERPRISE).set(OTHER_TEAM, ENTERPRISE);
        world.installations.delete(TEAM);
        const installation = world.installOrganization(ENTERPRISE, SCOPES, [TEAM]);
        world.channels.get(CHANNEL)?.members.add(installation.botUser);
        installation.code = 'of-the-organization';
        world.tokensHoldSeconds = 60;
        assert.deepEqual(await home.json('slack', 'install', 'of-the-organization'), {
          ...{ organization: ENTERPRISE, workspaces: [TEAM] },
        });
        world.tokensHoldSeconds = 43_200;
        assert.match(readMessage(await answerTo(() => people.mention(KEN, CHANNEL, QUESTION))), ANSWER);
        world.addUser(AOI_THERE, OTHER_TEAM);
        await people.grant(ENTERPRISE, OTHER_TEAM);
        assert.match(readMessage(await answerTo(() => people.direct(AOI_THERE, QUESTION))), ANSWER);
        const listed = await home.run(['slack', 'workspaces']);
        assert.equal(listed.stdout, `${ENTERPRISE}, an organization: ${TEAM}, ${OTHER_TEAM}\n`);
        const { findings } = (await home.json('doctor')) as { findings: { check: string; ok: boolean }[] };
        const token = findings.find(({ check }) => check === 'slack token');
        assert.equal(token?.ok, true, JSON.stringify(findings));
        assert.match(installation.botToken, /-r2$/u);
        assert.doesNotMatch(await stored(installed), /xox[be]/u);
        assert.deepEqual(server.violations, []);
      } finally {
        await installed.close();
      }
    });

  it('[slack.grid] the manifest lets a whole organization install the app where the configuration says so', async () => {
    const home = await createHome();
    try {
      const config = (more: string) =>
        `owner: me\nslack: { mode: socket, appToken: { env: C }, workspaces: { clientId: a, clientSecret: { env: A }, key: { env: B }, redirectUrl: 'https://fumi.example'${more} } }\n`;
      for (const [more, isDeployed] of [
        ['', false],
        [', organization: true', true],
      ] as const) {
        await home.write('fumikura.yaml', config(more));
        const { settings } = (await home.json('slack', 'manifest')) as {
          settings: { org_deploy_enabled: boolean; event_subscriptions: { bot_events: string[] } };
        };
        assert.equal(settings.org_deploy_enabled, isDeployed);
        assert.equal(settings.event_subscriptions.bot_events.includes('team_access_revoked'), isDeployed);
      }
    } finally {
      await home.remove();
    }
  });

  it('[slack.installed] fumi up answers in Slack beside MCP', async () => {
    const installed = await openInstalled('http', { command: ['up', '--port', '0', '--json'] });
    try {
      const { people, answerTo, running } = installed;
      assert.match(readMessage(await answerTo(() => people.mention(KEN, CHANNEL, QUESTION))), ANSWER);
      running.process.kill('SIGTERM');
      const { code, stderr } = await running.ended;
      assert.equal(code, 0, stderr);
    } finally {
      await installed.close();
    }
  });

  it('[slack.installed] whoever looks after people hands out codes for others, and nobody else does', async () => {
    const installed = await openInstalled('socket');
    try {
      const { people, answerTo, home, world } = installed;
      world.addUser('UNEW0000001', TEAM);
      const { code } = await home.json('slack', 'code', '--for', 'ken');
      const linked = await answerTo(() => people.direct('UNEW0000001', `link ${String(code)}`));
      assert.match(readMessage(linked), /Ken Ito/u);
      const unknown = await home.run(['slack', 'code', '--for', 'nobody']);
      assert.match(unknown.stderr, /nobody here is nobody/u);
    } finally {
      await installed.close();
    }
  });

  it('[slack.bad-input] a language that nobody has indexed is told that nothing was found', async () => {
    const installed = await openInstalled('socket');
    try {
      const { people, answerTo } = installed;
      const said = readMessage(await answerTo(() => people.mention(KEN, CHANNEL, 'ทำไมท้องฟ้าถึงเป็นสีฟ้า')));
      assert.doesNotMatch(said, /could not answer|\[1\]/u);
    } finally {
      await installed.close();
    }
  });
});
