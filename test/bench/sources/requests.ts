import { figure } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import { openSyncedWorld } from '../../sources/leaks.ts';
import type { MakeWorld } from '../../sources/source-world.ts';

/** Of files: one each, and one more where it leads to a signed address. */
const DOWNLOAD =
  /\/download(?:\/|$)|\/attachment\/(?:content\/|[^/]+\/|$)|\/media\/|\/codeload\/|\/tarball(?:\/|$)|\/content$/u;
/** Requests an item at most, files and what readers take left aside. */
const MOST: Readonly<Record<string, number>> = { confluence: 0.2, jira: 0.05 };

/** Requests of a first sync, of one without changes, of a census, and of a permission run. */
export async function measureRequests(name: string, make: MakeWorld, size: number): Promise<Figure[]> {
  const world = await make(1, size);
  const synced = await openSyncedWorld(world);
  const items = world.items().length;
  let tookMs = 0;
  const asked = async (run: () => Promise<unknown>) => {
    world.simulator.forgetRequests();
    const started = performance.now();
    await run();
    tookMs = performance.now() - started;
    return world.simulator.requests.length;
  };
  const is = (what: string, requests: number) =>
    figure(`sources.${name}.requests.${what}`, requests, 'requests', 'lower');
  try {
    const first = await asked(() => synced.sync({ passes: ['content'] }));
    const downloads = world.simulator.requests.filter(({ path }) => DOWNLOAD.test(path)).length;
    return [
      figure(`sources.${name}.requests.items`, items, 'items', 'higher'),
      is('firstSync', first),
      is('firstSync.downloads', downloads),
      figure(`sources.${name}.requests.anItem`, (first - downloads) / items, 'requests', 'lower', MOST[name]),
      is('directory', await asked(() => synced.sync({ passes: ['directory'] }))),
      figure(
        `sources.${name}.requests.unchanged`,
        await asked(() => synced.sync({ passes: ['content'] })),
        'requests',
        'lower',
        20,
      ),
      is('census', await asked(() => synced.sync({ passes: ['census'] }))),
      is('permissions', await asked(() => synced.sync({ passes: ['access'] }))),
      // What was taken away counts when the run that finds it has ended.
      figure(`sources.${name}.requests.permissionRun`, tookMs / 1_000, 's', 'lower', 60),
    ];
  } finally {
    await synced.close();
    await world.close();
  }
}
