import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { until } from '@fumikura/testkit';
import { createHome } from '../e2e/fumi.ts';
import type { Home, Running } from '../e2e/fumi.ts';
import { overHttp, overSocket, SIGNING_SECRET } from '../simulators/slack/deliveries.ts';
import { peopleOf } from '../simulators/slack/people.ts';
import type { People } from '../simulators/slack/people.ts';
import { APP_TOKEN, CLIENT, startSlackServer } from '../simulators/slack/server.ts';
import type { SlackServer } from '../simulators/slack/server.ts';
import { SlackWorld } from '../simulators/slack/world.ts';
import type { SlackMessage } from '../simulators/slack/world.ts';
import { SCOPES as MORE_SCOPES, TEAM } from './setting.ts';
import type { Mode } from './setting.ts';

export const SCOPES = MORE_SCOPES.filter((scope) => scope !== 'channels:history');
export const CHANNEL = 'C1A000001';
export const [OWNER, KEN, AOI] = ['UYOU0000001', 'UKEN0000001', 'UAOI0000001'] as const;
/** Where Aoi has an account, too. */
export const [OTHER_TEAM, AOI_THERE] = ['T2B000001', 'UAOI0000002'] as const;
export const SITE = 'https://handbook.example/';
const HANDBOOK = fileURLToPath(new URL('../../examples/handbook', import.meta.url));
const SPEED = 600;

/** `fumi` in a workspace: its configuration, the handbook that it has read, and the command that runs. */
export interface Installed {
  readonly world: SlackWorld;
  readonly server: SlackServer;
  readonly home: Home;
  readonly running: Running;
  readonly people: People;
  /** The next message of the bot behind what was there before the work. */
  answerTo(work: () => Promise<unknown>): Promise<SlackMessage>;
  close(): Promise<void>;
}

export interface InstalledOptions {
  /** Behind `fumi`. */
  readonly command?: readonly string[];
  /** Workspaces are added by `fumi slack install`, instead of one by its token. */
  readonly several?: boolean;
  /** From the configuration as it is to the one that is written. */
  readonly configure?: (config: string) => string;
  /** More secrets: name → text. */
  readonly files?: Readonly<Record<string, string>>;
}

export async function openInstalled(
  mode: Mode,
  {
    command = ['slack', 'run', '--json'],
    several = false,
    configure: change = (config) => config,
    files = {},
  }: InstalledOptions = {},
): Promise<Installed> {
  const world = new SlackWorld();
  // A loaded machine is none of the mistakes that are looked for here.
  world.triggersLastMs = 600_000;
  const { botUser } = world.install(TEAM, SCOPES, 'xoxb-one');
  for (const user of [OWNER, KEN, AOI]) world.addUser(user, TEAM);
  world.addChannel(CHANNEL, TEAM, [OWNER, KEN, AOI, botUser], 'private');
  const server = await startSlackServer({ world, speed: SPEED });
  const home = await createHome();
  await configure(home, change(configOf(mode, server.apiUrl, several)), files);
  const synced = await home.run(['sync']);
  if (synced.code !== 0) throw new Error(synced.stderr);
  const running = home.start(command);
  const url = await whereIt(running, mode);
  const deliveries = mode === 'socket' ? overSocket(server, SPEED) : overHttp(() => [url], SPEED);
  if (mode === 'socket') await until(() => server.sockets.connections > 0);
  const ofBot = () =>
    world.messages.filter((each) => world.user(each.user).isBot && !each.isStreaming && !each.isDeleted);
  return {
    ...{ world, server, home, running, people: peopleOf(world, deliveries, server) },
    answerTo: async (work) => {
      const count = ofBot().length;
      await work();
      return until(() => ofBot()[count]);
    },
    close: async () => {
      running.process.kill('SIGKILL');
      await running.ended;
      await server.close();
      await home.remove();
    },
  };
}

async function configure(home: Home, config: string, files: Readonly<Record<string, string>>): Promise<void> {
  await home.write('fumikura.yaml', config);
  for (const [file, secret] of [
    ['bot-token', 'xoxb-one'],
    ['app-token', APP_TOKEN],
    ['signing-secret', SIGNING_SECRET],
    ['client-secret', CLIENT.secret],
    ['slack-key', randomBytes(32).toString('base64')],
    ...Object.entries(files),
  ] as const)
    await home.write(file, `${secret}\n`);
}

function configOf(mode: Mode, apiUrl: string, several: boolean): string {
  const way =
    mode === 'socket'
      ? 'mode: socket, appToken: { file: app-token }'
      : 'mode: http, signingSecret: { file: signing-secret }, port: 0';
  const tokens = several
    ? `workspaces: { clientId: ${CLIENT.id}, clientSecret: { file: client-secret }, key: { file: slack-key }, redirectUrl: ${SITE} }`
    : 'token: { file: bot-token }';
  return `owner: you
persons:
  - { id: you, name: The owner }
  - { id: ken, name: Ken Ito, slack: [${TEAM}/${KEN}] }
  - { id: aoi, name: Aoi Fujita, slack: [${TEAM}/${AOI}, ${OTHER_TEAM}/${AOI_THERE}] }
sources:
  - id: files:handbook
    root: ${JSON.stringify(HANDBOOK)}
    baseUrl: ${SITE}
    readers: [everyone]
    folders:
      - { folder: hr, readers: [you] }
slack: { ${way}, ${tokens}, apiUrl: ${JSON.stringify(apiUrl)} }
`;
}

/** Beside other things, the command says where deliveries are taken. */
function whereIt(running: Running, mode: Mode): Promise<string> {
  return until(() => {
    const [, url = ''] = /(http:\/\/[^\s"]+\/slack\/events)/u.exec(running.printed()) ?? [];
    return mode === 'socket' ? running.printed() !== '' && ' ' : url;
  });
}
