// Four live sources, simulated, of an invented company; one after another hangs:
//   npm run bench:live -- [--json] [--deadline 500] [--rounds 10]
// Prints how long a reply takes against its deadline, what the other three give meanwhile, and whether the breaker opens and closes
// as configured. Ends with 1 when a figure is missed.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createDocumentPipeline } from '@fumikura/documents';
import { figure, renderFigures, report } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import { createIngest } from '@fumikura/ingest';
import { silentLogger } from '@fumikura/logging';
import type { Principal, SourceId } from '@fumikura/model';
import type { AccessFilter, Store } from '@fumikura/ports';
import type { SearchPage } from '@fumikura/retrieval';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { ask, filterOf, liveOver, never } from '../live/stage.ts';
import { companyConfluence } from '../simulators/company/confluence.ts';
import { companyGithub } from '../simulators/company/github.ts';
import { companyJira } from '../simulators/company/jira.ts';
import { companySharepoint } from '../simulators/company/sharepoint.ts';
import { serveWorld as serveConfluence } from '../sources/confluence-world.ts';
import { serveGithub } from '../sources/github-world.ts';
import { serveJira } from '../sources/jira-world.ts';
import { serveWorld as serveSharepoint } from '../sources/sharepoint-world.ts';
import type { SourceWorld } from '../sources/source-world.ts';
import { percentiles } from './measure.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    deadline: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '10' },
  },
});
const deadlineMs = Number(values.deadline);
const rounds = Number(values.rounds);
/** Milliseconds a reply may take beyond its deadline. */
const GRACE_MS = 20;
const BREAKER = { failures: 3, resetMs: 1_000 };
const QUERY = 'release deployment customer payment ferry';

const worlds = [
  await serveConfluence(companyConfluence()),
  await serveJira(companyJira()),
  await serveGithub(companyGithub().world),
  await serveSharepoint(companySharepoint()),
];
const folder = await mkdtemp(join(tmpdir(), 'fumi-live-'));
const store = await createSqliteStore({ file: join(folder, 'store.db'), inline: true });
try {
  await syncAll(store);
  const access = await filterOf(store, worlds.map(busiest));
  const figures = [...(await hanging(access)), ...(await breaker(access))];
  const result = report(figures);
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${renderFigures(figures)}\n`);
  if (figures.some(({ pass }) => pass === false)) process.exitCode = 1;
} finally {
  await store.close();
  await rm(folder, { recursive: true });
  for (const world of worlds) await world.close();
}

async function syncAll(into: Store): Promise<void> {
  const documents = createDocumentPipeline({ workers: 1 });
  const ingest = createIngest({ store: into, documents, logger: silentLogger, holder: 'bench' });
  for (const world of worlds) await ingest.sync(world.connector(), { signal: never });
  await documents.close();
}

/** Who is shown most of it. */
function busiest(world: SourceWorld): Principal {
  const items = world.items();
  const shown = (person: Principal) => items.filter((item) => world.mayRead(person, item)).length;
  return world.people().reduce((best, person) => (shown(person) > shown(best) ? person : best));
}

/** New guards each time: what one measurement closed is open for the next. */
function knowledgeOf(more: object = {}) {
  const settings = { deadlineMs, perMinute: 100_000, concurrency: 64, ...BREAKER, ...more };
  return liveOver(
    store,
    worlds.map((world) => world.connector()),
    { settings },
  );
}

/** Each of the four hangs in turn; the others have to give what they give when none does. */
async function hanging(access: AccessFilter): Promise<Figure[]> {
  const patient = await knowledgeOf({ deadlineMs: 30_000 });
  const { page: whole } = await ask(patient, access, QUERY, { explain: true });
  const excess: number[] = [];
  const healthy: number[] = [];
  let right = 0;
  let asked = 0;
  for (const world of worlds) {
    const [hung] = world.items()[0]?.split('/') ?? [];
    for (let round = 0; round < rounds; round++) {
      const knowledge = await knowledgeOf();
      healthy.push((await timed(() => ask(knowledge, access, QUERY))).tookMs);
      world.simulator.setPace({ latencyMs: 10 * deadlineMs });
      const { value, tookMs } = await timed(() => ask(knowledge, access, QUERY, { explain: true }));
      world.simulator.setPace({ latencyMs: 0 });
      excess.push(tookMs - deadlineMs);
      asked++;
      if (isRight(value.page, whole, hung as SourceId)) right++;
    }
  }
  return [
    figure('live.healthy.p95', percentiles(healthy).p95, 'ms', 'lower'),
    figure('live.hanging.excess.max', Math.max(...excess), 'ms', 'lower', GRACE_MS),
    figure('live.hanging.right', right / asked, '', 'higher', 1),
  ];
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly tookMs: number }> {
  const started = performance.now();
  return { value: await work(), tookMs: performance.now() - started };
}

/** The one named, and of the other three what they found when nothing was wrong. */
function isRight({ coverage, hits }: SearchPage, whole: SearchPage, hung: SourceId): boolean {
  const found = (page: Pick<SearchPage, 'hits'>) =>
    page.hits
      .filter(({ source, explain }) => source !== hung && explain?.['rank.live'] !== undefined)
      .map(({ id }) => id)
      .sort()
      .join(' ');
  const states = coverage.sources.every(({ source, state }) => (state === 'timed-out') === (source === hung));
  return (
    !coverage.complete &&
    states &&
    coverage.sources.length === worlds.length &&
    found({ hits }) === found(whole)
  );
}

/** Opens after so many failures, costs nothing while it is open, closes once the source is well again. */
async function breaker(access: AccessFilter): Promise<Figure[]> {
  const [first] = worlds;
  if (!first) throw new Error('no world');
  const knowledge = await knowledgeOf({ deadlineMs: 100 });
  first.simulator.setPace({ latencyMs: 2_000 });
  for (let failure = 0; failure < BREAKER.failures; failure++) await ask(knowledge, access, QUERY);
  first.simulator.forgetRequests();
  const open = await timed(() => ask(knowledge, access, QUERY));
  const wasLeftAlone = first.simulator.requests.length === 0;
  first.simulator.setPace({ latencyMs: 0 });
  // What was still on its way comes in before the source is asked again.
  await delay(Math.max(BREAKER.resetMs, 2_200));
  const patient = await ask(knowledge, access, QUERY);
  const isClosed = patient.page.coverage.complete;
  const says = /failed 3 times in a row/u.test(
    open.value.page.coverage.sources.map(({ reason }) => reason).join(),
  );
  return [
    figure('live.breaker.opens', wasLeftAlone && says ? 1 : 0, '', 'higher', 1),
    figure('live.breaker.closes', isClosed ? 1 : 0, '', 'higher', 1),
    figure('live.breaker.open.reply', open.tookMs, 'ms', 'lower'),
  ];
}
