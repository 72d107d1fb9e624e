// Connected MCP clients over HTTP behind a real balancer, two servers and one worker that syncs:
//   npm run bench:load -- [--clients 2500] [--seconds 60] [--teams 20] [--documents 40] [--json]
// Ten times the questions of a reference installation of 45,000 a day, in eight hours. Ends with 1 when a figure is missed.
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
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
  report(steady, steps, { connectMs, documents, editions: author.editions.size, lost: lost.length });
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
  return { perSecond: load.asked.length / seconds, p50, p95, cpuMs, ...tally(load.asked) };
}

function report(
  steady: readonly Asked[],
  steps: readonly ({ clients: number } & Awaited<ReturnType<typeof saturated>>)[],
  facts: { connectMs: number; documents: number; editions: number; lost: number },
): void {
  const latency = percentiles(steady.map(({ from, to }) => to - from));
  const counts = tally(steady);
  const saturation = Math.max(...steps.map(({ perSecond }) => perSecond));
  const errors = steady.length - counts.right;
  const isReached = latency.p95 < MOST_P95_MS && errors === 0 && facts.lost === 0;
  const result = {
    clients,
    rate,
    questions: steady.length,
    latency,
    counts,
    errors,
    saturation,
    steps,
    ...facts,
  };
  if (values.json) process.stdout.write(`${JSON.stringify({ ...result, isReached })}\n`);
  else {
    say(`${clients} clients connected in ${facts.connectMs} ms, ${facts.documents} documents`);
    say(
      `${steady.length} questions at ${rate.toFixed(1)} a second: p50 ${ms(latency.p50)}, p95 ${ms(latency.p95)}, p99 ${ms(latency.p99)}; errors ${errors}`,
    );
    for (const each of steps)
      say(
        `${each.clients} at once: ${each.perSecond.toFixed(0)} a second, p50 ${ms(each.p50)}, p95 ${ms(each.p95)}, wrong ${each.wrong}, leaked ${each.leaked}, failed ${each.failed + each.refused + each.degraded}`,
      );
    say(
      `saturation: ${saturation.toFixed(0)} a second; ${facts.editions} documents written meanwhile, lost ${facts.lost}`,
    );
    const spent = Object.entries(steps[0]?.cpuMs ?? {}).map(([name, each]) => `${name} ${ms(each)}`);
    say(`processor time of a question at ${steps[0]?.clients} at once: ${spent.join(', ')}`);
    for (const { why } of steady.filter(({ verdict }) => verdict !== 'right').slice(0, 5)) say(`  ${why}`);
    if (!isReached) say('missed');
  }
  process.exitCode = isReached ? 0 : 1;
}

function ms(value: number): string {
  return `${value.toFixed(0)} ms`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function fail(): never {
  throw new Error('nobody of that team asks');
}
