import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type { DocumentId } from '@fumikura/model';
import { createLinks } from '@fumikura/slack-bot';
import type { SlackBotOptions } from '@fumikura/slack-bot';
import { readMessage, screenOf } from '../simulators/slack/screen.ts';
import { ADA, AOI, ENTERPRISE, EVE, FOREIGN, KEN, KYOTO, OSAKA, RIN, TOKYO } from './grid.ts';
import { IN_BOTH, IN_OSAKA, IN_TOKYO, openGrid, reopened } from './grid.ts';
import type { Grid } from './grid.ts';
import { openState } from './open-state.ts';
import type { DeskDocument } from './scripted-desk.ts';
import { MODES, SCOPES } from './setting.ts';

const QUESTION = 'where are the keys?';
const ALL = [ADA, KEN, AOI, RIN, EVE];
const document = (name: string, text: string, readers: readonly string[]): DeskDocument => ({
  id: `test:wiki/${name}` as DocumentId,
  title: `Page ${name}`,
  url: `https://wiki.example/${name}`,
  text,
  readers: new Set(readers),
});
const documents = () => [
  document('keys', 'Rotate the keys every ninety days.', ALL),
  document('tokyo', 'The keys of Tokyo lie in the safe.', [ADA, KEN]),
];

for (const mode of MODES)
  describe(`the bot in Enterprise Grid, by ${mode}`, () => {
    let opened: Awaited<ReturnType<typeof openState>>;
    let grid: Grid;
    before(async () => {
      opened = await openState();
    });
    after(() => opened.close());
    afterEach(async () => {
      assert.deepEqual(grid.server.violations, []);
      await grid.close();
      for (const space of ['slack.link', 'slack.code.attempts', 'slack.shared', 'slack.workspace'] as const)
        for (const { key } of await opened.state.list(space, { limit: 100 }))
          await opened.state.remove(space, key);
    });

    const open = async (bot: Partial<SlackBotOptions> = {}) =>
      (grid = await openGrid(mode, { documents: documents(), state: opened.state, bot }));
    const ofBot = () => {
      const { botUser } = grid.world.installation(ENTERPRISE);
      return grid.world.messages.filter(
        ({ user, isDeleted, isStreaming }) => user === botUser && !isDeleted && !isStreaming,
      );
    };
    /** What the bot said in consequence; empty when it said nothing. */
    const saidAfter = async (work: () => Promise<unknown>): Promise<string> => {
      const count = ofBot().length;
      await work();
      await grid.settled();
      return ofBot().slice(count).map(readMessage).join('\n');
    };
    const mention = (user: string, channel: string) =>
      saidAfter(() => grid.people.mention(user, channel, QUESTION));

    it('[slack.grid] one link serves in every workspace of the organization, and each place is written down', async () => {
      const { link, people, desk, state } = await open();
      assert.match(await mention(ADA, IN_TOKYO), /do not know yet who you are/u);
      await link(ADA);
      assert.deepEqual(
        (await createLinks(state).list()).map(({ team, user }) => [team, user]),
        [[ENTERPRISE, ADA]],
      );
      for (const channel of [IN_TOKYO, IN_OSAKA]) assert.match(await mention(ADA, channel), /ninety days/u);
      const direct = await saidAfter(() => people.direct(ADA, QUESTION));
      assert.match(direct, /ninety days/u);
      assert.match(await saidAfter(() => people.command(ADA, 'search keys', IN_OSAKA)), /Page tokyo/u);
      assert.match(await mention(AOI, IN_OSAKA), /do not know yet who you are/u, 'a link is of one account');
      const refused = desk.records.filter(({ event }) => event.outcome === 'refused');
      assert.deepEqual(
        refused.map(({ place: { team, user } }) => [team, user]),
        [
          [TOKYO, ADA],
          [OSAKA, AOI],
        ],
      );
      await saidAfter(() => people.command(ADA, 'unlink', IN_OSAKA));
      assert.match(await mention(ADA, IN_TOKYO), /do not know yet who you are/u);
    });

    it('[slack.grid] an account that is written down counts where it is written down; claimed for two it is nobody', async () => {
      const written = new Map([
        [`${TOKYO}/${KEN}`, KEN],
        [`${ENTERPRISE}/${ADA}`, ADA],
        [`${OSAKA}/${ADA}`, AOI],
      ]);
      const { state } = await open({
        configured: (team, user) => {
          const subject = written.get(`${team}/${user}`);
          return subject === undefined ? undefined : { issuer: 'local', subject };
        },
      });
      assert.match(await mention(KEN, IN_TOKYO), /ninety days/u);
      const recent = await state.list('slack.recent', { prefix: `${TOKYO}/`, limit: 10 });
      assert.deepEqual(
        recent.map(({ key }) => key),
        [`${TOKYO}/${KEN}`],
        'kept by the account that is known to be theirs, so that it is found when they ask for it',
      );
      assert.match(await mention(ADA, IN_TOKYO), /ninety days/u);
      assert.match(await mention(ADA, IN_OSAKA), /do not know yet who you are/u);
    });

    it('[slack.grid] an answer is shared before the people of all workspaces of its channel', async () => {
      const { link, people, world, desk } = await open();
      for (const user of [ADA, KEN, AOI]) await link(user);
      await mention(ADA, IN_BOTH);
      const answer = ofBot().at(-1);
      assert.ok(answer);
      // Asked in a channel of Tokyo; pressed from whichever workspace somebody is in.
      const proposal = await saidAfter(() => people.press(ADA, answer, 'share'));
      assert.match(
        proposal,
        /3 people will be able to see this\. One source is open to all of them\. One is not/u,
      );
      const asked = ofBot().at(-1);
      assert.ok(asked);
      await saidAfter(() => people.press(ADA, asked, 'share-now'));
      assert.match(screenOf(world, AOI), /ninety days/u);
      assert.doesNotMatch(screenOf(world, AOI), /safe/u);
      const teams = grid.server.calls.flatMap(({ method, args }) =>
        method === 'users.list' ? [args['team_id']] : [],
      );
      assert.deepEqual([...new Set(teams)].sort(), [OSAKA, TOKYO]);
      const record = desk.records.find(({ event }) => event.via === 'slack share');
      assert.deepEqual(record?.event.details, { audience: 3, left: 1 });
      world.addUser('WNEW0000001', OSAKA);
      await people.join('WNEW0000001', IN_BOTH);
      await grid.settled();
      assert.doesNotMatch(screenOf(world, AOI), /ninety days/u, 'taken back from both workspaces');
    });

    it('[slack.grid] somebody who asks in one workspace presses from another, and nobody else does', async () => {
      const { link, people } = await open();
      for (const user of [ADA, AOI]) await link(user);
      await mention(ADA, IN_OSAKA);
      const answer = ofBot().at(-1);
      assert.ok(answer);
      const channel = grid.world.channels.get(IN_OSAKA);
      assert.ok(channel);
      assert.match(await saidAfter(() => people.press(AOI, answer, 'more')), /Only who asked/u);
      // The same message, from the workspace where the account was made.
      grid.world.channels.set(IN_OSAKA, { ...channel, team: TOKYO });
      assert.match(await saidAfter(() => people.press(ADA, answer, 'more')), /Page keys/u);
      const relink = (user: string, subject: string) =>
        grid.state.put('slack.link', {
          key: `${ENTERPRISE}/${user}`,
          value: { team: ENTERPRISE, user, person: { issuer: 'local', subject }, at: '2026-01-01' },
        });
      await relink(AOI, ADA);
      const other = await saidAfter(() => people.press(AOI, answer, 'more'));
      assert.match(other, /Only who asked/u, 'another account of the same person');
      await relink(ADA, KEN);
      const later = await saidAfter(() => people.press(ADA, answer, 'more'));
      assert.match(later, /Only who asked/u, 'the account is somebody else now');
    });

    it('[slack.grid] what was shared is taken back when somebody of another organization comes in', async () => {
      const { link, people, world } = await open();
      for (const user of [ADA, KEN]) await link(user);
      await mention(ADA, IN_TOKYO);
      for (const action of ['share', 'share-now']) {
        const shown = ofBot().at(-1);
        assert.ok(shown);
        await saidAfter(() => people.press(ADA, shown, action));
      }
      assert.match(screenOf(world, KEN), /ninety days/u);
      // As Slack tells it: from where they are, with the workspace that the app is in beside it.
      const joined = { type: 'member_joined_channel', user: EVE, channel: IN_TOKYO, team: TOKYO };
      const { authorizations } = people.event(TOKYO, {});
      await grid.deliveries.event({ ...people.event(FOREIGN, joined), authorizations });
      await grid.settled();
      assert.doesNotMatch(screenOf(world, KEN), /ninety days/u);
    });

    it('[slack.grid] workspaces that each install the app for themselves know one account by one link, too', async () => {
      const { link, people, world, workspaces } = await open();
      await workspaces.ended({ team: ENTERPRISE });
      world.installations.delete(ENTERPRISE);
      for (const team of [TOKYO, OSAKA]) {
        world.install(team, SCOPES).code = team;
        await workspaces.add(team, 'https://fumi.example/installed');
      }
      await link(ADA);
      for (const [team, channel] of [
        [TOKYO, IN_TOKYO],
        [OSAKA, IN_OSAKA],
      ] as const) {
        const { botUser } = world.installation(team);
        world.channels.get(channel)?.members.add(botUser);
        await people.mention(ADA, channel, QUESTION);
        await grid.settled();
        const last = world.messages.filter(({ user }) => user === botUser).at(-1);
        assert.match(readMessage(last ?? { text: '', blocks: [] }), /ninety days/u, team);
      }
      // Who may look into a channel that another workspace shares, this one's token does not tell.
      const { botUser } = world.installation(TOKYO);
      world.channels.get(IN_BOTH)?.members.add(botUser);
      await people.mention(ADA, IN_BOTH, QUESTION);
      await grid.settled();
      const answer = world.messages.filter(({ user }) => user === botUser).at(-1);
      assert.ok(answer);
      await people.press(ADA, answer, 'share');
      await grid.settled();
      const refused = world.messages.filter(({ user }) => user === botUser).at(-1);
      assert.match(readMessage(refused ?? answer), /cannot be shared/u);
    });

    it('[slack.grid] nothing is shared where people of a workspace without the app, or of another organization, may look', async () => {
      const { link, people, world } = await open();
      for (const user of [ADA, KEN, AOI]) await link(user);
      for (const team of [KYOTO, FOREIGN]) {
        world.channels.get(IN_BOTH)?.otherTeams.add(team);
        await mention(KEN, IN_BOTH);
        const answer = ofBot().at(-1);
        assert.ok(answer);
        assert.match(await saidAfter(() => people.press(KEN, answer, 'share')), /cannot be shared/u);
        world.channels.get(IN_BOTH)?.otherTeams.delete(team);
      }
      Object.assign(world.channels.get(IN_BOTH) ?? {}, { isEverywhere: true });
      await mention(KEN, IN_BOTH);
      const answer = ofBot().at(-1);
      assert.ok(answer);
      assert.match(await saidAfter(() => people.press(KEN, answer, 'share')), /cannot be shared/u);
    });

    it('[slack.grid] people of another organization, and of workspaces without the app, get nothing', async () => {
      const { people, world, state, desk } = await open();
      // Even where somebody wrote down who they were.
      for (const user of [EVE, RIN])
        for (const team of [ENTERPRISE, TOKYO])
          await state.put('slack.link', {
            key: `${team}/${user}`,
            value: { team, user, person: { issuer: 'local', subject: user }, at: '2026-01-01' },
          });
      const members = world.channels.get(IN_TOKYO)?.members;
      for (const user of [EVE, RIN]) members?.add(user);
      const { botUser } = world.installation(ENTERPRISE);
      const asked = (team: string, user: string) =>
        people.event(team, {
          ...{ type: 'app_mention', user, channel: IN_TOKYO, ts: `1.${user}`, text: `<@${botUser}> keys` },
        });
      for (const user of [EVE, RIN]) {
        assert.match(await saidAfter(() => grid.deliveries.event(asked(TOKYO, user))), /other workspaces/u);
        const own = user === EVE ? FOREIGN : KYOTO;
        assert.equal(await saidAfter(() => grid.deliveries.event(asked(own, user))), '');
      }
      assert.equal(desk.asked.size, 0);
    });

    it('[slack.grid] where the organization takes the app away nothing is answered, and where it gives it everything', async () => {
      const { link, people, world, desk } = await open();
      for (const user of [ADA, AOI]) await link(user);
      const through = (ts: string) =>
        saidAfter(() =>
          grid.deliveries.event(
            people.event(TOKYO, { type: 'app_mention', user: AOI, channel: IN_BOTH, ts, text: QUESTION }),
          ),
        );
      assert.match(await through('1.000001'), /ninety days/u);
      await people.revoke(ENTERPRISE, OSAKA);
      await grid.settled();
      const asked = desk.asked.get(QUESTION) ?? 0;
      // What Slack sent before is on its way still.
      assert.equal(await mention(AOI, IN_OSAKA), '');
      assert.match(await through('1.000002'), /other workspaces/u, 'nor through a channel of another one');
      assert.equal(desk.asked.get(QUESTION) ?? 0, asked);
      assert.match(await mention(ADA, IN_TOKYO), /ninety days/u, 'the others go on');
      await people.grant(ENTERPRISE, OSAKA);
      await grid.settled();
      assert.match(await mention(AOI, IN_OSAKA), /ninety days/u);
      // With a token that holds it is not the organization that removed the app.
      await grid.deliveries.event(people.event(OSAKA, { type: 'app_uninstalled' }));
      await grid.settled();
      assert.match(await mention(ADA, IN_TOKYO), /ninety days/u);
      world.installation(ENTERPRISE).state = 'uninstalled';
      await grid.deliveries.event(people.event(TOKYO, { type: 'app_uninstalled' }));
      await grid.settled();
      assert.deepEqual(await grid.workspaces.list(), []);
      assert.equal(await mention(ADA, IN_TOKYO), '');
    });

    it('[slack.grid] a workspace that was given the app while nobody listened is asked for, once in a minute', async () => {
      const { world, workspaces, server } = await open();
      const { granted } = world.installation(ENTERPRISE);
      const looks = () => server.calls.filter(({ method }) => method === 'auth.teams.list').length;
      const before = looks();
      for (let n = 0; n < 3; n++)
        await assert.rejects(workspaces.token('T9NONE0001'), { code: 'WORKSPACE_UNKNOWN' });
      assert.equal(looks(), before + 1);
      granted?.add(KYOTO);
      const restarted = reopened(grid);
      assert.equal(await restarted.token(KYOTO), world.installation(ENTERPRISE).botToken);
      await assert.rejects(restarted.token(ENTERPRISE), { code: 'WORKSPACE_UNKNOWN' });
    });

    it('[slack.grid] a token that is changed while a workspace comes or goes loses neither', async () => {
      const { world, workspaces } = await open();
      world.tokensHoldSeconds = 60;
      world.installation(ENTERPRISE).code = 'again';
      await workspaces.add('again', 'https://fumi.example/installed');
      world.tokensHoldSeconds = 43_200;
      const change = { enterprise: ENTERPRISE, kind: 'revoked' as const, teams: [OSAKA] };
      const [token] = await Promise.all([workspaces.token(TOKYO), reopened(grid).accessChanged(change)]);
      assert.equal(token, world.installation(ENTERPRISE).botToken);
      assert.equal(await reopened(grid).token(TOKYO), token);
      assert.deepEqual(await workspaces.list(), [{ id: ENTERPRISE, organization: { teams: [TOKYO] } }]);
    });

    it('[slack.grid] the token of the organization is changed before it ends, and keeps its workspaces', async () => {
      const { link, world, workspaces } = await open();
      world.tokensHoldSeconds = 60;
      world.installation(ENTERPRISE).code = 'again';
      await workspaces.add('again', 'https://fumi.example/installed');
      world.tokensHoldSeconds = 43_200;
      await link(ADA);
      assert.match(await mention(ADA, IN_OSAKA), /ninety days/u);
      assert.match(world.installation(ENTERPRISE).botToken, /-r3$/u);
      assert.deepEqual(await workspaces.list(), [
        { id: ENTERPRISE, organization: { teams: [OSAKA, TOKYO] } },
      ]);
      const entry = await opened.state.get('slack.workspace', ENTERPRISE);
      assert.doesNotMatch(JSON.stringify(entry?.value), /xox|TOKYO/u);
    });
  });
