import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { figure, percentile } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import type { DocumentId } from '@fumikura/model';
import type { Store } from '@fumikura/ports';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { createHome } from '../../e2e/fumi.ts';
import { startJiraSimulator } from '../../simulators/jira/server.ts';
import {
  addIssue,
  addLevel,
  addProject,
  addScheme,
  addUser,
  emptyWorld,
  touch,
} from '../../simulators/jira/making.ts';
import type { JiraWorld } from '../../simulators/jira/world.ts';
import { readableBy } from '../../sources/leaks.ts';

const SECRET = 'sealed';
const POLL_MS = 10;
const PATIENCE_MS = 30_000;

/**
 * An issue of a running installation gets a security level that nobody holds, and Jira tells so: how long until the person
 * who could read it no longer finds it, and the other way round.
 */
export async function measureRevocation(items: number, rounds: number): Promise<Figure[]> {
  const { world, ada, issue, sealed } = site(items);
  return inInstallation(world, ada, async ({ url, store }) => {
    const isOpen = async () =>
      (await readableBy(store, `user:jira:acme:${ada}`, [`jira:acme/issue/${issue.id}`])).size > 0;
    await until(isOpen, true);
    const closing: number[] = [];
    const opening: number[] = [];
    for (let n = 0; n < rounds; n++) {
      for (const [level, took] of [
        [sealed, closing],
        [undefined, opening],
      ] as const) {
        issue.level = level;
        touch(world, issue);
        const started = performance.now();
        await deliver(url, { webhookEvent: 'jira:issue_updated', issue: { id: issue.id } });
        await until(isOpen, level === undefined);
        took.push(performance.now() - started);
      }
    }
    return [
      figure('sources.revocation.items', items, 'items', 'higher'),
      figure('sources.revocation.webhook.p50', percentile(closing, 0.5), 'ms', 'lower'),
      figure('sources.revocation.webhook.max', Math.max(...closing), 'ms', 'lower', 5_000),
      figure('sources.revocation.openedAgain.max', Math.max(...opening), 'ms', 'lower'),
    ];
  });
}

/**
 * A project loses its readers while the first, long reading of the site goes on: how long until that counts for what is
 * indexed already.
 */
export async function measureBetween(items: number): Promise<Figure[]> {
  const { world, ada, project } = site(items);
  const nobody = addScheme(world, [{ type: 'user', of: world.ourAccount }]).id;
  return inInstallation(world, ada, async ({ url, store }) => {
    const first = [...world.issues.keys()].slice(0, 100).map((id): DocumentId => `jira:acme/issue/${id}`);
    const isOpen = async () => (await readableBy(store, `user:jira:acme:${ada}`, first)).size > 0;
    await until(isOpen, true);
    project.scheme = nobody;
    const started = performance.now();
    await deliver(url, { webhookEvent: 'project_updated' });
    await until(isOpen, false);
    const tookMs = performance.now() - started;
    const [run] = await store.catalog.runs('jira:acme', 1);
    const indexed = (await store.catalog.sources())[0]?.documents ?? 0;
    const isStillReading = run?.outcome === 'running' && run.passes.includes('content') && indexed < items;
    return [
      figure('sources.revocation.between.items', items, 'items', 'higher'),
      figure('sources.revocation.between.indexed', indexed, 'items', 'higher'),
      figure('sources.revocation.between.contentGoesOn', isStillReading ? 1 : 0, 'runs', 'higher', 1),
      figure('sources.revocation.between.ms', tookMs, 'ms', 'lower', 60_000),
    ];
  });
}

interface Running {
  readonly url: URL;
  readonly store: Store;
}

/** `fumi up` over a simulated site, with clocks that do nothing by themselves after the first time. */
async function inInstallation(
  world: JiraWorld,
  ada: string,
  measure: (running: Running) => Promise<Figure[]>,
): Promise<Figure[]> {
  const simulator = await startJiraSimulator(world);
  const home = await createHome();
  await home.write('secret.txt', SECRET);
  await home.write('token.txt', 'simulated');
  await home.write('fumikura.yaml', configuration(simulator.url, ada));
  const up = home.start(['up', '--port', '0', '--json']);
  try {
    await up.says('Following changes');
    const url = new URL((JSON.parse(up.printed().split('\n')[0] ?? '') as { url: string }).url);
    const store = await createSqliteStore({ file: home.database, inline: true });
    try {
      return await measure({ url, store });
    } finally {
      await store.close();
    }
  } finally {
    up.process.kill('SIGINT');
    await up.ended;
    await home.remove();
    await simulator.close();
  }
}

function site(items: number) {
  const world = emptyWorld();
  const ada = addUser(world, { id: '5b10-ada', displayName: 'ada' }).id;
  const scheme = addScheme(world, [{ type: 'applicationRole' }]);
  const project = addProject(world, { key: 'PAY', lead: ada, scheme: scheme.id });
  const sealed = addLevel(world, 'Sealed', [{ type: 'user', of: world.ourAccount }]).id;
  const issues = Array.from({ length: items }, (_, n) =>
    addIssue(world, project, { summary: `Payment ${n}` }),
  );
  const issue = issues[Math.floor(items / 2)];
  if (!issue) throw new Error('a site without issues');
  return { world, ada, project, issue, sealed };
}

function configuration(url: string, ada: string): string {
  return `owner: me
persons:
  - { id: ada, accounts: ['user:jira:acme:${ada}'] }
schedules: { content: 1h, permissions: 1h, directory: 1h, census: 1d }
sources:
  - id: jira:acme
    baseUrl: ${url}/
    credential: { email: fumikura@example.com, token: { file: ./token.txt } }
    webhook: { secret: { file: ./secret.txt } }
`;
}

async function deliver(server: URL, event: object): Promise<void> {
  const body = JSON.stringify(event);
  const signature = createHmac('sha256', SECRET).update(body).digest('hex');
  const answer = await fetch(new URL('/webhooks/jira:acme', server), {
    method: 'POST',
    headers: { 'x-hub-signature': `sha256=${signature}`, 'x-atlassian-webhook-identifier': randomUUID() },
    body,
  });
  if (answer.status !== 202) throw new Error(`the delivery was answered with ${answer.status}`);
}

async function until(ask: () => Promise<boolean>, wanted: boolean): Promise<void> {
  const started = performance.now();
  while ((await ask()) !== wanted) {
    if (performance.now() - started > PATIENCE_MS)
      throw new Error(`not ${wanted ? 'open' : 'closed'} in time`);
    await delay(POLL_MS);
  }
}
