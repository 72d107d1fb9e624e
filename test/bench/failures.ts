// An installation of several processes while they are killed, replaced, cut off and put beside clocks that go wrong:
//   npm run bench:failures -- [--kills 50] [--rate 5.2] [--only server,worker,…] [--json] [--output <file>]
// Scenes: kill -9 of a server, worker, catalog, index, balancer; rolling, deploy, network, clock. Each takes minutes, so
// --output keeps what the file says of scenes that were not run.
// Nobody may see what is not theirs or get a wrong answer, and nothing that was acknowledged may be lost, at any time.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { figure, renderFigures, report } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import { postgresMissing } from '@fumikura/testkit';
import { PROGRAM } from '../e2e/fumi.ts';
import { balancerMissing } from '../scale/balancer.ts';
import { startCluster } from '../scale/cluster.ts';
import type { Cluster } from '../scale/cluster.ts';
import { clock, deploy, isIn, kills, network, rolling, VICTIMS } from '../scale/faults.ts';
import type { Gap } from '../scale/faults.ts';
import { Author, connectClients, Load, tally } from '../scale/load.ts';
import type { Asked, Asker } from '../scale/load.ts';
import { addToReport } from './kept-figures.ts';

/** Ten times 45,000 a day, around the clock. */
const USUAL_RATE = 450_000 / 86_400;
const CLIENTS = 60;
const WRITE_EVERY_MS = 700;
const AROUND_MS = 1_000;
const ERRORS = ['refused', 'degraded', 'failed'];
const SHOWN = 5;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    only: { type: 'string' },
    rate: { type: 'string', default: String(USUAL_RATE) },
    json: { type: 'boolean', default: false },
    output: { type: 'string' },
  },
});
const missing = postgresMissing() ?? balancerMissing();
if (missing !== undefined) {
  process.stdout.write(`skipped: ${missing}\n`);
  process.exit(0);
}
const scenes = wantedScenes();
const company = { teams: 4, people: 60, documentsATeam: 25 };
const documents = (company.teams + 1) * company.documentsATeam;
const figures: Figure[] = [];

const cluster = await startCluster({ company, servers: 2, workers: 2 });
try {
  await cluster.settled(documents);
  const askers = await connectClients(cluster.url, await cluster.tokens(company.people), CLIENTS);
  const author = new Author(cluster.folder, company, 3);
  for (const [name, breakIt] of scenes) {
    await scene(name, breakIt, askers, author);
    if (values.output !== undefined) await addToReport(values.output, figures);
  }
  for (const { session } of askers) session.close();
} finally {
  await cluster.stop();
}
process.stdout.write(
  `${values.json ? JSON.stringify(report(figures), undefined, 1) : renderFigures(figures)}\n`,
);
process.exitCode = figures.some(({ pass }) => pass === false) ? 1 : 0;

type Break = (cluster: Cluster) => Promise<readonly Gap[]>;

function wantedScenes(): readonly (readonly [string, Break])[] {
  const all = new Map<string, Break>([
    ...VICTIMS.map(
      (what) => [what, (running: Cluster) => kills(running, what, Number(values.kills))] as const,
    ),
    ...Object.entries({ rolling, deploy, network, clock }),
  ]);
  return (values.only?.split(',') ?? [...all.keys()]).map((name) => {
    const found = all.get(name);
    if (!found) throw new Error(`--only: no scene "${name}"; there are ${[...all.keys()].join(', ')}`);
    return [name, found];
  });
}

async function scene(name: string, breakIt: Break, askers: readonly Asker[], author: Author): Promise<void> {
  const load = new Load(askers, company, name.length);
  const end = new AbortController();
  const running = Promise.all([
    load.arrive(Number(values.rate), end.signal),
    author.write(WRITE_EVERY_MS, end.signal),
  ]);
  await wait(AROUND_MS);
  const gaps = await breakIt(cluster);
  await wait(AROUND_MS);
  end.abort();
  await running;
  tell(name, load.asked, gaps);
  await afterwards(name, askers, author);
}

function tell(name: string, asked: readonly Asked[], gaps: readonly Gap[]): void {
  const { right, wrong, leaked, ...counts } = tally(asked);
  const errors = asked.filter(({ verdict }) => ERRORS.includes(verdict));
  const outside = errors.filter((each) => !gaps.some((gap) => isIn(each, gap)));
  keep(name, { faults: gaps.length, questions: asked.length, right, ...counts });
  keep(name, { wrong, leaked, errorsOutside: outside.length }, 0);
  for (const each of asked.filter(({ verdict }) => ['wrong', 'leaked'].includes(verdict)).slice(0, SHOWN))
    say(`  ${each.verdict}: ${each.why}`);
  for (const each of outside.slice(0, SHOWN)) say(`  outside, ${described(each, gaps)}`);
  if (errors.length > 0) say(`  ${byFault(errors, gaps)}`);
}

/** When an error was, by what was broken last before. */
function described({ from, to, verdict, why }: Asked, gaps: readonly Gap[]): string {
  const last = gaps.findLast((gap) => gap.from <= from);
  const ms = (at: number) => `${Math.round(at - (last?.from ?? 0))} ms`;
  const healed = last ? `, there again after ${ms(last.to)}` : '';
  return `${verdict} from ${ms(from)} to ${ms(to)} after ${last?.what ?? 'the beginning'} was broken${healed}: ${why}`;
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

/** Everything that was written is found, both stores say the same, and each answer so far stands in the audit. */
async function afterwards(name: string, askers: readonly Asker[], author: Author): Promise<void> {
  await cluster.settled(documents);
  const lost = await author.lost((team) => askers[team < 0 ? 0 : team] ?? fail());
  const check = await fumi('index', 'check', '--json');
  const verify = await fumi('audit', 'verify', '--json');
  const recorded = Number((JSON.parse(verify.stdout) as { records?: number }).records ?? 0);
  const answered = figures
    .filter(({ id }) => id.endsWith('.right'))
    .reduce((sum, { value }) => sum + value, 0);
  keep(name, { editions: author.editions.size, recorded });
  keep(
    name,
    {
      lost: lost.length,
      index: check.code,
      audit: verify.code,
      unrecorded: Math.max(0, answered - recorded),
    },
    0,
  );
  if (check.code !== 0) say(check.stdout.slice(0, 1_000));
  if (verify.code !== 0) say(verify.stdout.slice(0, 1_000));
  if (lost.length > 0) say(lost.slice(0, SHOWN).join(' '));
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

function keep(name: string, counts: Readonly<Record<string, number>>, most?: number): void {
  for (const [what, value] of Object.entries(counts))
    figures.push(figure(`failures.${name}.${what}`, value, '', 'lower', most));
  const told = Object.entries(counts).map((each) => each.join(' '));
  say(`${name}: ${told.join(', ')}`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function fail(): never {
  throw new Error('nobody of that team asks');
}
