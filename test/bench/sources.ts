// npm run bench:sources -- [--worlds 500] [--items 20] [--only sharepoint] [--json] [--output file]: random worlds of each
// simulated source through the real engine: every person × item against the source's own rules, after the first sync,
// after random edits, and after the permission pass alone; and the requests that a sync of many items takes.
import { parseArgs } from 'node:util';
import { figure, renderFigures, report, writeReport } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import { openSyncedWorld } from '../sources/leaks.ts';
import type { Comparison, SyncedWorld } from '../sources/leaks.ts';
import { makeGithubWorld } from '../sources/github-world.ts';
import { makeSharepointWorld } from '../sources/sharepoint-world.ts';
import type { MakeWorld, SourceWorld } from '../sources/source-world.ts';
import { seeded } from './corpus.ts';

/** One line a source. */
const WORLDS: Readonly<Record<string, MakeWorld>> = {
  github: makeGithubWorld,
  sharepoint: makeSharepointWorld,
};

const EDITS = 8;
const { values } = parseArgs({
  options: {
    worlds: { type: 'string', default: '20' },
    items: { type: 'string', default: '20' },
    requests: { type: 'string', default: '1000' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
    output: { type: 'string' },
  },
});
const note = (text: string) => void process.stderr.write(`${text}\n`);
const figures: Figure[] = [];
for (const [name, make] of Object.entries(WORLDS)) {
  if (values.only !== undefined && values.only !== name) continue;
  figures.push(...(await readers(name, make)), ...(await requests(name, make)));
}
const result = report(figures);
if (values.output !== undefined) await writeReport(values.output, result);
process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${renderFigures(figures)}\n`);
if (figures.some(({ pass }) => pass === false)) process.exitCode = 1;

async function readers(name: string, make: MakeWorld): Promise<Figure[]> {
  const sums = {
    worlds: 0,
    checks: 0,
    open: 0,
    leaks: 0,
    unexplained: 0,
    excused: 0,
    missing: 0,
    violations: 0,
  };
  for (let seed = 1; seed <= Number(values.worlds); seed++) {
    const world = await make(seed, Number(values.items));
    const synced = await openSyncedWorld(world);
    try {
      for await (const { moment, found } of comparisons(world, synced, seed)) {
        tell(`${name}, world ${seed}, ${moment}`, found);
        sums.checks += found.checks;
        sums.open += found.open;
        sums.leaks += found.leaks.length;
        sums.unexplained += found.unexplained.length;
        sums.missing += found.missing.length;
        sums.excused += Object.values(found.excused).reduce((sum, count) => sum + count, 0);
      }
      sums.violations += world.simulator.violations.length;
      sums.worlds++;
    } finally {
      await synced.close();
      await world.close();
    }
    if (seed % 50 === 0) note(`${name}: ${seed} worlds, ${sums.checks} checks, ${sums.leaks} leaks`);
  }
  const is = (what: keyof typeof sums, better: 'higher' | 'lower', target?: number) =>
    figure(`sources.${name}.${what}`, sums[what], '', better, target);
  return [
    is('worlds', 'higher'),
    is('checks', 'higher'),
    is('open', 'higher'),
    is('leaks', 'lower', 0),
    is('unexplained', 'lower', 0),
    is('excused', 'lower'),
    is('missing', 'lower', 0),
    is('violations', 'lower', 0),
  ];
}

async function* comparisons(
  world: SourceWorld,
  synced: SyncedWorld,
  seed: number,
): AsyncGenerator<{ readonly moment: string; readonly found: Comparison }> {
  const random = seeded(seed);
  await synced.sync();
  yield { moment: 'first sync', found: await synced.compare() };
  const edits = Array.from({ length: EDITS }, () => world.edit(random));
  await synced.sync();
  yield { moment: `after ${edits.join('; ')}`, found: await synced.compare() };
  for (let n = 0; n < EDITS; n++) world.edit(random);
  await synced.sync({ passes: ['access', 'directory'] });
  // New items wait for the content pass: only what is open is judged here.
  const { missing: _, unexplained: __, ...found } = await synced.compare();
  yield { moment: 'permissions alone', found: { ...found, missing: [], unexplained: [] } };
}

function tell(where: string, { leaks, unexplained, missing }: Comparison): void {
  for (const [what, all] of Object.entries({ leaks, unexplained, missing }))
    for (const each of all.slice(0, 3)) note(`${where}: ${what}: ${each}`);
}

/** What a first sync, one without changes and a permission run ask of the source. */
async function requests(name: string, make: MakeWorld): Promise<Figure[]> {
  const world = await make(1, Number(values.requests));
  const synced = await openSyncedWorld(world);
  const items = world.items().length;
  const asked = async (run: () => Promise<unknown>) => {
    world.simulator.forgetRequests();
    await run();
    return world.simulator.requests.length;
  };
  try {
    const first = await asked(() => synced.sync());
    const unchanged = await asked(() => synced.sync({ passes: ['content'] }));
    const permissions = await asked(() => synced.sync({ passes: ['access', 'directory'] }));
    return [
      figure(`sources.${name}.requests.items`, items, 'items', 'higher'),
      figure(`sources.${name}.requests.firstSync`, first, 'requests', 'lower'),
      figure(`sources.${name}.requests.unchanged`, unchanged, 'requests', 'lower'),
      figure(`sources.${name}.requests.permissions`, permissions, 'requests', 'lower'),
    ];
  } finally {
    await synced.close();
    await world.close();
  }
}
