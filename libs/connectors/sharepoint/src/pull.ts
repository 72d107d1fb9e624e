import { toAppError } from '@fumikura/errors';
import type { SyncBatch } from '@fumikura/ports';
import { pullDrive } from './pull-drive.ts';
import type { DriveMark, DrivePosition } from './pull-drive.ts';
import type { Site } from './graph-types.ts';
import type { Run, SiteDrive } from './run.ts';
import { pullList, pullPages } from './site-content.ts';
import { readDrives, readLists, readSites } from './sites.ts';
import { keepSubscriptions } from './webhook.ts';

/** Delta links by library and list, the newest page by site, and the library in the middle of which a run stopped. */
export type SharepointCheckpoint = {
  readonly drives: { readonly [drive: string]: DriveMark };
  /** By site and list. */
  readonly lists: { readonly [key: string]: string };
  readonly pages: { readonly [site: string]: string };
  readonly at?: DrivePosition;
};

const NOTHING: SharepointCheckpoint = { drives: {}, lists: {}, pages: {} };

/** Sites in order; in each its libraries, its pages, its lists. Every batch is complete in itself. */
export async function* pull(
  run: Run,
  from: SharepointCheckpoint = NOTHING,
): AsyncGenerator<SyncBatch<SharepointCheckpoint>> {
  const { client, config, signal, logger } = run;
  const sites = await readSites(client, config, signal);
  const places = await placesOf(run, sites);
  await subscribe(run, places);
  let reached = onlyKnown(from, places, sites);
  for (const place of places) {
    const id = place.drive.id;
    const position = from.at?.drive === id ? from.at : undefined;
    for await (const { changes, after, mark } of pullDrive(run, place, reached.drives[id], position)) {
      const { at: _at, ...rest } = reached;
      // A library told to its end is not in the middle of anything any more.
      reached =
        after === undefined
          ? { ...rest, drives: { ...rest.drives, [id]: mark } }
          : { ...rest, at: { drive: id, mark, after } };
      yield { changes, checkpoint: reached };
    }
  }
  for (const site of sites)
    for await (const step of siteContent(run, site, reached)) {
      reached = step.checkpoint;
      yield step;
    }
  run.closed.tell(logger);
}

export async function placesOf(run: Run, sites: readonly Site[]): Promise<readonly SiteDrive[]> {
  const places: SiteDrive[] = [];
  for (const site of sites)
    for (const drive of await readDrives(run.client, site, run.signal)) places.push({ site, drive });
  return places;
}

async function* siteContent(
  run: Run,
  site: Site,
  reached: SharepointCheckpoint,
): AsyncGenerator<SyncBatch<SharepointCheckpoint>> {
  let at = reached;
  if (run.config.pages) {
    const { changes, newest } = await pullPages(run, site, at.pages[site.id]);
    at = { ...at, pages: { ...at.pages, [site.id]: newest } };
    yield { changes, checkpoint: at };
  }
  if (!run.config.lists) return;
  for (const list of await readLists(run.client, site, run.signal)) {
    const key = `${site.id}/${list.id}`;
    const { changes, link } = await pullList(run, site, list, at.lists[key]);
    at = { ...at, lists: { ...at.lists, [key]: link } };
    yield { changes, checkpoint: at };
  }
}

/** A site that went away takes its marks along: should it come back, it is read as new. */
function onlyKnown(
  from: SharepointCheckpoint,
  places: readonly SiteDrive[],
  sites: readonly Site[],
): SharepointCheckpoint {
  const drives = new Set(places.map(({ drive }) => drive.id));
  const ids = new Set(sites.map(({ id }) => id));
  const keep = <T>(marks: { readonly [id: string]: T }, known: ReadonlySet<string>) =>
    Object.fromEntries(Object.entries(marks).filter(([id]) => known.has(id)));
  const { at } = from;
  return {
    drives: keep(from.drives, drives),
    lists: from.lists,
    pages: keep(from.pages, ids),
    ...(at && drives.has(at.drive) && { at }),
  };
}

/** Notices make changes known sooner; a run does not depend on them. */
async function subscribe(run: Run, places: readonly SiteDrive[]): Promise<void> {
  const { client, config, signal, logger, now } = run;
  const drives = places.map(({ drive }) => drive.id);
  await keepSubscriptions(client, config, drives, now(), signal).catch((error: unknown) => {
    const reason = toAppError(error);
    if (signal.aborted || reason.kind === 'auth') throw error;
    logger.warn('sharepoint.subscriptions.failed', { code: reason.code, reason: reason.message });
  });
}
