import { AppError } from '@fumikura/errors';
import type { LiveAnswer, LiveHit, LiveQuery } from '@fumikura/ports';
import type { SharepointConfig } from './config.ts';
import type { DriveItem } from './graph-types.ts';
import { fileId } from './item-readers.ts';
import type { Run } from './run.ts';

interface Found {
  readonly resource?: DriveItem & {
    readonly parentReference?: { readonly driveId?: string | null } | null;
  };
}

interface Answer {
  readonly value?: readonly {
    readonly hitsContainers?: readonly { readonly hits?: readonly Found[] | null }[] | null;
  }[];
}

/** Files by any of the words. Pages and list items are told by ids of another kind and are left to the index. */
export async function liveSearch(
  { client, config, signal }: Pick<Run, 'client' | 'config' | 'signal'>,
  { words, limit }: LiveQuery,
  asked: 'as-application' | 'as-person' = 'as-application',
): Promise<LiveAnswer> {
  const request = {
    entityTypes: ['driveItem'],
    query: { queryString: queryOf(config, words) },
    from: 0,
    size: limit,
    // An application has to say where the company's data lie; a person's token must not.
    ...(asked === 'as-application' && config.searchRegion && { region: config.searchRegion }),
  };
  const { value } = await client.send<Answer>('POST', 'search/query', { requests: [request] }, signal);
  if (!Array.isArray(value))
    throw new AppError('SOURCE_ANSWER_INVALID', 'transient', 'the search answered without a list');
  const found = (value as NonNullable<Answer['value']>).flatMap(({ hitsContainers }) =>
    (hitsContainers ?? []).flatMap(({ hits }) => hits ?? []),
  );
  return { hits: found.flatMap((each) => hitOf(config, each)) };
}

function queryOf({ sites }: SharepointConfig, words: readonly string[]): string {
  // Operators of the search are in capitals: words are not.
  const any = words.map((word) => word.toLowerCase()).join(' OR ');
  const addresses = sites === 'all' ? [] : sites.filter((site) => /^https?:/u.test(site));
  const places = addresses.map((site) => `path:"${site.replaceAll('"', '')}"`).join(' OR ');
  return places === '' ? `(${any})` : `(${any}) AND (${places})`;
}

function hitOf(config: SharepointConfig, { resource }: Found): LiveHit[] {
  const drive = resource?.parentReference?.driveId;
  if (!drive || !resource?.id || resource.folder) return [];
  const ms = Date.parse(resource.lastModifiedDateTime ?? '');
  const updatedAt = Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
  return [{ id: fileId(config, drive, resource.id), ...(updatedAt && { updatedAt }) }];
}
