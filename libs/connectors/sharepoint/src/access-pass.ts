import { ordered } from '@fumikura/concurrency';
import type { Change, SyncBatch } from '@fumikura/ports';
import { isFolder, walkDrive } from './drive-walk.ts';
import { createItemReaders, fileId } from './item-readers.ts';
import { placesOf } from './pull.ts';
import { siteList } from './readers.ts';
import type { Run, SiteDrive } from './run.ts';
import { readSites } from './sites.ts';

/** The library and the last item told of this pass, both in the order of ids within the order of sites. */
export type AccessCheckpoint = {
  readonly site: string;
  readonly drive: string;
  readonly after: string | null;
};

const FILES_A_BATCH = 200;
const BATCHES_AT_ONCE = 2;

/**
 * Readers of every file again: delta is blind to most changes of permission. Each list carries the time it was read,
 * which is the age of the pass.
 */
export async function* pullAccess(run: Run, from: AccessCheckpoint | undefined): AsyncGenerator<SyncBatch> {
  const { client, config, signal, logger, now } = run;
  const sites = await readSites(client, config, signal);
  const places = await placesOf(run, sites);
  const done = places.findIndex(({ drive }) => drive.id === from?.drive);
  for (const place of places.slice(Math.max(0, done))) {
    const after = place.drive.id === from?.drive ? from.after : null;
    if (place.drive.id === from?.drive && after === null) continue;
    yield* driveAccess(run, place, after ?? '');
  }
  const readAt = new Date(now()).toISOString();
  const changes = sites.flatMap(({ id }): Change[] => [
    ...(config.pages ? [{ kind: 'list' as const, list: siteList(config, id, 'pages', readAt) }] : []),
    ...(config.lists ? [{ kind: 'list' as const, list: siteList(config, id, 'lists', readAt) }] : []),
  ]);
  const last = places.at(-1);
  yield { changes, checkpoint: last ? { site: last.site.id, drive: last.drive.id, after: null } : null };
  run.closed.tell(logger);
}

async function* driveAccess(
  { client, config, signal, closed, now }: Run,
  { site, drive }: SiteDrive,
  after: string,
): AsyncGenerator<SyncBatch> {
  const { items } = await walkDrive(client, drive.id, undefined, signal);
  const ids = [...items.values()]
    .filter((item) => !isFolder(item) && item.id > after)
    .map(({ id }) => id)
    .sort();
  const readers = createItemReaders({ client, config, site: site.id, drive: drive.id, closed, now });
  async function* steps(): AsyncGenerator<() => Promise<SyncBatch>> {
    for (let at = 0; at < ids.length; at += FILES_A_BATCH) {
      const part = ids.slice(at, at + FILES_A_BATCH);
      const checkpoint = { site: site.id, drive: drive.id, after: part.at(-1) ?? after };
      yield async () => {
        const told = await readers.read(part, signal);
        const lists = new Map([...told.values()].map(({ list }) => [list.id, list]));
        const acls = part.map((id): Change => {
          const access = told.get(id);
          const document = fileId(config, drive.id, id);
          return access ? { kind: 'acl', id: document, acl: access.acl } : { kind: 'remove', id: document };
        });
        return {
          changes: [...[...lists.values()].map((list): Change => ({ kind: 'list', list })), ...acls],
          checkpoint,
        };
      };
    }
  }
  yield* ordered(steps(), BATCHES_AT_ONCE);
}
