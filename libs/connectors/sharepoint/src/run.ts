import type { Logger } from '@fumikura/logging';
import type { GraphClient } from './client.ts';
import type { SharepointConfig } from './config.ts';
import type { Drive, DriveItem, Site } from './graph-types.ts';
import type { ClosedCounter } from './item-readers.ts';

/** What one pass works with. */
export interface Run {
  readonly client: GraphClient;
  readonly config: SharepointConfig;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly closed: ClosedCounter;
  readonly paths: FolderPaths;
  readonly now: () => number;
}

export interface SiteDrive {
  readonly site: Site;
  readonly drive: Drive;
}

/** Names of the folders above an item, when the listing does not hold them; each folder is asked for once a pass. */
export interface FolderPaths {
  foldersOf(drive: string, item: DriveItem, signal: AbortSignal): Promise<readonly string[]>;
}

const MAX_DEPTH = 400;

export function createFolderPaths(client: GraphClient): FolderPaths {
  const known = new Map<string, Promise<DriveItem>>();
  const folder = (drive: string, id: string, signal: AbortSignal) => {
    const key = `${drive}/${id}`;
    const asked =
      known.get(key) ??
      client.get<DriveItem>(
        `drives/${encodeURIComponent(drive)}/items/${encodeURIComponent(id)}`,
        { $select: 'id,name,parentReference,root' },
        signal,
      );
    known.set(key, asked);
    return asked;
  };
  return {
    foldersOf: async (drive, item, signal) => {
      const names: string[] = [];
      let id = item.parentReference?.id;
      for (let depth = 0; id && depth < MAX_DEPTH; depth++) {
        const parent: DriveItem = await folder(drive, id, signal);
        if (parent.root) break;
        names.push(parent.name ?? '');
        id = parent.parentReference?.id;
      }
      return names.reverse();
    },
  };
}
