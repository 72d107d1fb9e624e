// Connected MCP clients over HTTP behind a real balancer, two servers and one worker that syncs:
//   npm run bench:load -- [--clients 2500] [--seconds 60] [--teams 20] [--documents 40] [--json] [--output <file>]
// Ten times the questions of a reference installation of 45,000 a day, in eight hours. Ends with 1 when a figure is missed.
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { figure, renderFigures, report, writeReport } from '@fumikura/evaluation';
import { postgresMissing } from '@fumikura/testkit';
import { balancerMissing } from '../scale/balancer.ts';
import { startCluster } from '../scale/cluster.ts';
import { Author, connectClients, Load, tally } from '../scale/load.ts';
import type { Asked, Asker } from '../scale/load.ts';
import { percentiles } from './measure.ts';

const QUESTIONS_A_DAY = 450_000;
const DAY_SECONDS = 8 * 3_600;
const MOST_P95_MS = 250;
const WARM_UP_SECONDS = 5;
const WRITE_EVERY_MS = 2_000;
const STEPS = [4, 8, 16, 32, 64];
const STEP_SECONDS = 6;

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '2500' },
    seconds: { type: 'string', default: '60' },
    teams: { type: 'string', default: '20' },
    documents: { type: 'string', default: '40' },
    json: { type: 'boolean', default: false },
    output: { type: 'string' },
  },
});
const missing = postgresMissing() ?? balancerMissing();
if (missing !== undefined) {
  process.stdout.write(`skipped: ${missing}\n`);
  process.exit(0);
}
const clients = Number(values.clients);
const company = { teams: Number(values.teams), people: clients, documentsATeam: Number(values.documents) };
const rate = QUESTIONS_A_DAY / DAY_SECONDS;

const cluster = await startCluster({ company, servers: 2, workers: 1 });
try {
  const documents = (company.teams + 1) * company.documentsATeam;
  await cluster.settled(documents);
  const started = performance.now();
  const askers = await connectClients(cluster.url, await cluster.tokens(clients), clients);
  const connectMs = Math.round(performance.now() - started);
  await loaded(askers, WARM_UP_SECONDS);
  const author = new Author(cluster.folder, company, 3);
  const writing = new AbortController();
  const written = author.write(WRITE_EVERY_MS, writing.signal);
  const steady = await loaded(askers, Number(values.seconds));
  const steps = [];
  for (const at of STEPS) steps.push({ clients: at, ...(await saturated(askers, at)) });
  writing.abort();
  await written;
  await cluster.settled(documents);
  const lost = await author.lost((team) => askers[team < 0 ? 0 : team] ?? fail());
  await tell(steady, steps, { connectMs, documents, editions: author.editions.size, lost: lost.length });
  for (const { session } of askers) session.close();
} finally {
  await cluster.stop();
}

async function loaded(askers: readonly Asker[], seconds: number): Promise<readonly Asked[]> {
  const load = new Load(askers, company, 11);
  const end = new AbortController();
  const running = load.arrive(rate, end.signal);
  await wait(seconds * 1_000);
  end.abort();
  await running;
  return load.asked;
}

async function saturated(askers: readonly Asker[], count: number) {
  const load = new Load(askers, company, count);
  const before = cluster.cpu();
  const started = performance.now();
  await load.hammer(count, AbortSignal.timeout(STEP_SECONDS * 1_000));
  const seconds = (performance.now() - started) / 1_000;
  const { p50, p95 } = percentiles(load.asked.map(({ from, to }) => to - from));
  const cpuMs = Object.fromEntries(
    Object.entries(cluster.cpu()).map(([name, total]) => [
      name,
      ((total - (before[name] ?? 0)) * 1_000) / load.asked.length,
    ]),
  );
  return {
    perSecond: load.asked.length / seconds,
    p50,
    p95,
    cpuMs,
    asked: load.asked.length,
    ...tally(load.asked),
  };
}

async function tell(
  steady: readonly Asked[],
  steps: readonly ({ clients: number } & Awaited<ReturnType<typeof saturated>>)[],
  facts: { connectMs: number; documents: number; editions: number; lost: number },
): Promise<void> {
  const { p50, p95, p99 } = percentiles(steady.map(({ from, to }) => to - from));
  const { right, leaked } = tally(steady);
  const figures = [
    figure('load.clients', clients, 'clients', 'higher'),
    figure('load.connect', facts.connectMs, 'ms', 'lower'),
    figure('load.documents', facts.documents, 'documents', 'higher'),
    figure('load.questions', steady.length, 'questions', 'higher'),
    figure('load.errors', steady.length - right, 'questions', 'lower', 0),
    figure('load.leaked', leaked, 'questions', 'lower', 0),
    figure('load.p50', p50, 'ms', 'lower'),
    figure('load.p95', p95, 'ms', 'lower', MOST_P95_MS),
    figure('load.p99', p99, 'ms', 'lower'),
    figure('load.written', facts.editions, 'documents', 'higher', 1),
    figure('load.lost', facts.lost, 'documents', 'lower', 0),
    figure('load.saturation', Math.max(...steps.map(({ perSecond }) => perSecond)), 'questions/s', 'higher'),
    ...steps.flatMap((each) => [
      figure(`load.at${each.clients}.perSecond`, each.perSecond, 'questions/s', 'higher'),
      figure(`load.at${each.clients}.p95`, each.p95, 'ms', 'lower'),
      figure(`load.at${each.clients}.errors`, each.asked - each.right, 'questions', 'lower', 0),
    ]),
    ...Object.entries(steps[0]?.cpuMs ?? {}).map(([name, each]) =>
      figure(`load.cpu.${name}`, each, 'ms a question', 'lower'),
    ),
  ];
  for (const { why } of steady.filter(({ verdict }) => verdict !== 'right').slice(0, 5))
    process.stderr.write(`${why}\n`);
  const result = report(figures);
  if (values.output !== undefined) await writeReport(values.output, result);
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${renderFigures(figures)}\n`);
  process.exitCode = figures.some(({ pass }) => pass === false) ? 1 : 0;
}

function fail(): never {
  throw new Error('nobody of that team asks');
}
