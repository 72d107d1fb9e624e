// An installation of several processes while they are killed, replaced, cut off and put beside clocks that go wrong:
//   npm run bench:failures -- [--kills 50] [--rate 5.2] [--only kills,rolling,deploy,network,clock] [--json]
// Says what happens on standard error; --json prints the figures at the end.
// Nobody may see what is not theirs or get a wrong answer, and nothing that was acknowledged may be lost, at any time.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { figure, report } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import { postgresMissing, seeded } from '@fumikura/testkit';
import { PROGRAM } from '../e2e/fumi.ts';
import { balancerMissing } from '../scale/balancer.ts';
import { startCluster } from '../scale/cluster.ts';
import type { Cluster } from '../scale/cluster.ts';
import { shiftedClock } from '../scale/shifted-clock.ts';
import { Author, connectClients, Load, tally } from '../scale/load.ts';
import type { Asked, Asker } from '../scale/load.ts';

/** Ten times 45,000 a day, around the clock. */
const USUAL_RATE = 450_000 / 86_400;
const CLIENTS = 60;
const WRITE_EVERY_MS = 700;
/** After what was broken is there again: those who wait between two attempts have to try once more. */
const GRACE_MS = 2_000;
/** Between one that is there again and the next that ends. */
const BETWEEN_MS = 2_500;
type Victim = 'server' | 'worker' | 'catalog' | 'index' | 'balancer';
const SHARES: readonly Victim[] = [
  'server',
  'worker',
  'catalog',
  'index',
  'balancer',
  'server',
  'worker',
  'server',
  'catalog',
  'index',
];
const HOUR_MS = 3_600_000;
const NEXT_VERSION = {
  NODE_OPTIONS: `--import=${fileURLToPath(new URL('../scale/next-version.mjs', import.meta.url))}`,
};

/** Where answers may be missing, by the clock of `performance`. */
interface Gap {
  /** What was broken. */
  readonly what: string;
  readonly from: number;
  to: number;
  /** Of those that were under way at its beginning alone, or of all until its end. */
  readonly isForAll: boolean;
}

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    only: { type: 'string', default: 'kills,rolling,deploy,network,clock' },
    rate: { type: 'string', default: String(USUAL_RATE) },
    json: { type: 'boolean', default: false },
  },
});
const missing = postgresMissing() ?? balancerMissing();
if (missing !== undefined) {
  process.stdout.write(`skipped: ${missing}\n`);
  process.exit(0);
}
const company = { teams: 4, people: 60, documentsATeam: 25 };
const documents = (company.teams + 1) * company.documentsATeam;
const random = seeded(5);
const wanted = new Set(values.only.split(','));
let isReached = true;
const figures: Figure[] = [];

const cluster = await startCluster({ company, servers: 2, workers: 2 });
try {
  await cluster.settled(documents);
  const askers = await connectClients(cluster.url, await cluster.tokens(company.people), CLIENTS);
  const author = new Author(cluster.folder, company, 3);
  const writing = new AbortController();
  const written = author.write(WRITE_EVERY_MS, writing.signal);
  let answered = 0;
  const scene = async (name: string, work: (cluster: Cluster) => Promise<readonly Gap[]>) => {
    if (!wanted.has(name)) return;
    const load = new Load(askers, company, name.length);
    const end = new AbortController();
    const running = load.arrive(Number(values.rate), end.signal);
    await wait(1_000);
    const gaps = await work(cluster);
    await wait(1_000);
    end.abort();
    await running;
    answered += load.asked.filter(({ verdict }) => verdict === 'right').length;
    tell(name, load.asked, gaps);
  };
  await scene('kills', kills);
  await scene('rolling', rolling);
  await scene('deploy', deploy);
  await scene('network', network);
  await scene('clock', clock);
  writing.abort();
  await written;
  await afterwards(askers, author, answered);
  for (const { session } of askers) session.close();
} finally {
  await cluster.stop();
}
if (values.json) process.stdout.write(`${JSON.stringify(report(figures), undefined, 1)}\n`);
process.exitCode = isReached ? 0 : 1;

/** Which of them next: each kind as often as its share says, in an order that is drawn. */
function victims(count: number): readonly Victim[] {
  const bag: Victim[] = [];
  while (bag.length < count) bag.push(...SHARES);
  const drawn = bag.slice(0, count);
  for (let at = count - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [drawn[at], drawn[other]] = [drawn[other] as Victim, drawn[at] as Victim];
  }
  return drawn;
}

async function kills(running: Cluster): Promise<readonly Gap[]> {
  const gaps: Gap[] = [];
  for (const [at, what] of victims(Number(values.kills)).entries()) {
    const isForAll = !['server', 'worker'].includes(what);
    const gap: Gap = { what, from: performance.now(), to: Infinity, isForAll };
    gaps.push(gap);
    await kill(running, what, at);
    gap.to = performance.now() + (isForAll ? GRACE_MS : 0);
    await wait(BETWEEN_MS);
  }
  return gaps;
}

/** kill -9, and begun again; resolves when it is ready. */
async function kill({ servers, workers, balancer, postgres, index }: Cluster, what: Victim, at: number) {
  if (what === 'server') await servers[at % servers.length]?.kill();
  else if (what === 'worker') await workers[at % workers.length]?.kill();
  else if (what === 'balancer') await balancer.kill();
  else if (what === 'catalog') await postgres.crash();
  else await index.crash();
}

async function rolling({ servers, balancer }: Cluster): Promise<readonly Gap[]> {
  for (const server of servers) {
    const code = await server.replace();
    if (code !== 0) throw new Error(`${server.name} ended with ${code}: ${server.said().slice(-1_000)}`);
    await balancer.serving(servers.length);
  }
  return [];
}

async function network({ toCatalog, toIndex }: Cluster): Promise<readonly Gap[]> {
  const gaps: Gap[] = [];
  for (const [way, fault, ms] of [
    [toIndex, 'cut', 3_000],
    [toIndex, 'silent', 6_000],
    [toIndex, 150, 5_000],
    [toCatalog, 'cut', 3_000],
    [toCatalog, 'silent', 4_000],
    [toCatalog, 50, 5_000],
  ] as const) {
    const what = `${way === toIndex ? 'index' : 'catalog'} ${fault}`;
    const gap: Gap = { what, from: performance.now(), to: Infinity, isForAll: true };
    gaps.push(gap);
    way.set(fault);
    await wait(ms);
    way.set('none');
    gap.to = performance.now() + GRACE_MS;
    await wait(GRACE_MS + 1_000);
  }
  return gaps;
}

/** One server and one worker an hour ahead of the others, and back: that server gets no questions meanwhile. */
async function clock({ servers: [server], workers: [worker] }: Cluster): Promise<readonly Gap[]> {
  const environment = shiftedClock(HOUR_MS);
  for (const member of [server, worker]) {
    const health = member?.health ?? '';
    await member?.replace({ environment, health: health.replace('ready', 'startup') });
    await wait(4_000);
    await member?.replace({ environment: {}, health });
  }
  return [];
}

/** All servers and workers by their next version, one after another, with one of the old version killed in between. */
async function deploy({ servers, workers }: Cluster): Promise<readonly Gap[]> {
  const [first, ...others] = servers;
  for (const worker of workers) await worker.replace({ environment: NEXT_VERSION });
  await first?.replace({ environment: NEXT_VERSION });
  const gap: Gap = { what: 'older server', from: performance.now(), to: Infinity, isForAll: false };
  await others[0]?.kill();
  gap.to = performance.now();
  for (const server of others) await server.replace({ environment: NEXT_VERSION });
  for (const member of [...servers, ...workers]) await member.replace({ environment: {} });
  return [gap];
}

function tell(name: string, asked: readonly Asked[], gaps: readonly Gap[]): void {
  const counts = tally(asked);
  const errors = asked.filter(({ verdict }) => ['refused', 'degraded', 'failed'].includes(verdict));
  const unexplained = errors.filter((each) => !gaps.some((gap) => isIn(each, gap)));
  isReached &&= counts.wrong === 0 && counts.leaked === 0 && unexplained.length === 0;
  const line = { faults: gaps.length, questions: asked.length, ...counts, unexplained: unexplained.length };
  keep(name, line, ['wrong', 'leaked', 'unexplained']);
  const odd = [...asked.filter(({ verdict }) => ['wrong', 'leaked'].includes(verdict)), ...unexplained];
  for (const { verdict, why } of odd.slice(0, 5)) say(`  ${verdict}: ${why}`);
  if (errors.length > 0) say(`  ${byFault(errors, gaps)}`);
}

/** Errors by what was broken last before they were asked. */
function byFault(errors: readonly Asked[], gaps: readonly Gap[]): string {
  const counts = new Map<string, number>();
  for (const { from } of errors) {
    const what = gaps.findLast((gap) => gap.from <= from)?.what ?? 'nothing';
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return `errors after: ${[...counts].map((each) => each.join(' ')).join(', ')}`;
}

function isIn({ from, to }: Asked, gap: Gap): boolean {
  if (gap.isForAll) return from <= gap.to && to >= gap.from;
  return from <= gap.from && to >= gap.from;
}

/** Everything that was written is found, both stores say the same, and each answer stands in the audit. */
async function afterwards(askers: readonly Asker[], author: Author, answered: number): Promise<void> {
  await cluster.settled(documents);
  const lost = await author.lost((team) => askers[team < 0 ? 0 : team] ?? fail());
  const check = await fumi('index', 'check', '--json');
  const verify = await fumi('audit', 'verify', '--json');
  const recorded = Number((JSON.parse(verify.stdout) as { records?: number }).records ?? 0);
  const line = {
    editions: author.editions.size,
    lost: lost.length,
    index: check.code,
    audit: verify.code,
    answered,
    recorded,
  };
  isReached &&= lost.length === 0 && check.code === 0 && verify.code === 0 && recorded >= answered;
  keep('afterwards', line, ['lost', 'index', 'audit']);
  if (check.code !== 0) say(check.stdout.slice(0, 1_000));
  if (verify.code !== 0) say(verify.stdout.slice(0, 1_000));
  if (lost.length > 0) say(lost.slice(0, 5).join(' '));
}

async function fumi(...args: string[]): Promise<{ code: number; stdout: string }> {
  const child = spawn(process.execPath, [PROGRAM, '--config', cluster.config, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.on('data', (part: Buffer) => (stdout += part.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, stdout };
}

/** @param none of these there may be */
function keep(scene: string, line: Readonly<Record<string, number | null>>, none: readonly string[]): void {
  for (const [name, value] of Object.entries(line))
    figures.push(
      figure(`failures.${scene}.${name}`, value ?? -1, '', 'lower', none.includes(name) ? 0 : undefined),
    );
  const told = Object.entries(line).map((each) => each.join(' '));
  say(`${scene}: ${told.join(', ')}`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function fail(): never {
  throw new Error('nobody of that team asks');
}
