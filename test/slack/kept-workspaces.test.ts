import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { keptWorkspaces } from '@fumikura/slack-bot';
import { CLIENT, startSlackServer } from '../simulators/slack/server.ts';
import type { SlackServer } from '../simulators/slack/server.ts';
import { SlackWorld } from '../simulators/slack/world.ts';
import { openState } from './open-state.ts';
import { SCOPES, TEAM } from './setting.ts';

const REDIRECT = 'https://fumi.example/installed';
const KEY = Buffer.alloc(32, 1);
let opened: Awaited<ReturnType<typeof openState>>;
let server: SlackServer;
const world = new SlackWorld();
before(async () => {
  opened = await openState();
  server = await startSlackServer({ world });
  world.install(TEAM, SCOPES);
});
after(async () => {
  await server.close();
  await opened.close();
});

const open = (key = KEY) =>
  keptWorkspaces({ state: opened.state, key, client: CLIENT, apiUrl: server.apiUrl });

it('[slack.workspaces] a token that ends is changed once, however many ask for it at the same time', async () => {
  world.installation(TEAM).code = 'code';
  world.tokensHoldSeconds = 60;
  const workspaces = open();
  await workspaces.add('code', REDIRECT);
  world.tokensHoldSeconds = 43_200;
  const tokens = await Promise.all(Array.from({ length: 5 }, () => workspaces.token(TEAM)));
  assert.deepEqual(new Set(tokens), new Set([world.installation(TEAM).botToken]));
  assert.equal(server.calls.filter(({ method }) => method === 'oauth.v2.access').length, 2);
  assert.equal(await open().token(TEAM), tokens[0], 'another process reads the new one');
});

it('[slack.workspaces] a stored token opens with its own key, in its own workspace, alone', async () => {
  await assert.rejects(open(Buffer.alloc(32, 2)).token(TEAM), { code: 'SLACK_KEY_WRONG' });
  const entry = await opened.state.get('slack.workspace', TEAM);
  assert.ok(entry);
  assert.doesNotMatch(JSON.stringify(entry.value), /xox/u);
  await opened.state.put('slack.workspace', { key: 'T2B000001', value: entry.value });
  await assert.rejects(open().token('T2B000001'), { code: 'SLACK_KEY_WRONG' });
});

it('[slack.workspaces] a code that Slack refuses adds nothing; a workspace that ended is unknown', async () => {
  const workspaces = open();
  await assert.rejects(workspaces.add('code', REDIRECT), { code: 'SLACK_REFUSED' });
  await workspaces.ended({ team: TEAM });
  await assert.rejects(workspaces.token(TEAM), { code: 'WORKSPACE_UNKNOWN' });
});
