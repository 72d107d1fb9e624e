import type { Change } from '@fumikura/ports';
import { linkOf } from './client.ts';
import type { Release, Repository } from './github-types.ts';
import { itemId, releaseDocument } from './mapping.ts';
import type { Place } from './mapping.ts';
import { readNumbers, writeNumbers } from './numbers.ts';
import { collect, repositoryPath } from './repositories.ts';
import type { Run } from './run.ts';

export type ReleaseMark = {
  /** Of the first page, where it is the only one. */
  readonly tag: string;
  readonly ids: string;
};

/** All of them: the list knows neither times nor an order of changes. Undefined when the tag says that nothing changed. */
export async function pullReleases(
  run: Run,
  place: Place,
  before: ReleaseMark | undefined,
): Promise<{ readonly changes: readonly Change[]; readonly mark: ReleaseMark } | undefined> {
  const { client, signal } = run;
  const path = repositoryPath(place.repository, 'releases');
  const first = await client.ask<readonly Release[]>(
    path,
    { per_page: 100 },
    signal,
    before?.tag || undefined,
  );
  if (first.status === 304 && before) return undefined;
  const next = linkOf(first.headers, 'next');
  const all = [
    ...(first.body ?? []),
    ...(next ? await collect(client.pages<readonly Release[]>(next, { per_page: undefined }, signal)) : []),
  ];
  // A draft is its writers' alone.
  const told = all.filter(({ draft }) => draft !== true);
  const ids = new Set(told.map(({ id }) => id));
  const changes: Change[] = [
    ...told.map((release): Change => ({ kind: 'upsert', document: releaseDocument(place, release) })),
    ...[...readNumbers(before?.ids ?? '')]
      .filter((id) => !ids.has(id))
      .map((id): Change => ({
        kind: 'remove',
        id: itemId(place.config, place.repository.id, 'release', id),
      })),
  ];
  return { changes, mark: { tag: next ? '' : (first.headers.get('etag') ?? ''), ids: writeNumbers(ids) } };
}

export async function readReleases(
  { client, signal }: Run,
  repository: Repository,
): Promise<readonly Release[]> {
  const all = await collect(
    client.pages<readonly Release[]>(repositoryPath(repository, 'releases'), {}, signal),
  );
  return all.filter(({ draft }) => draft !== true);
}
