import { AppError } from '@fumikura/errors';
import { splitDocumentId } from '@fumikura/model';
import type { DocumentId } from '@fumikura/model';
import type { Change } from '@fumikura/ports';
import { alone } from './code.ts';
import { tellDiscussion } from './discussions.ts';
import type { Release, Repository, TreeEntry } from './github-types.ts';
import { tellAlone } from './issues.ts';
import { whyLeftOut } from './left-out.ts';
import { fileDocument, releaseDocument } from './mapping.ts';
import type { Place } from './mapping.ts';
import { readersId, readReaders } from './readers.ts';
import { readRepositories, repositoryPath } from './repositories.ts';
import type { Run } from './run.ts';

const ITEM = /^repo\/(\d+)\/(?:(issue|discussion|release)\/(\d+)|(?:branch\/([^/]+)\/)?file\/(.+))$/su;

/** Items as they are now, with the list of their repository. What is gone or outside the configuration is removed. */
export async function* refresh(run: Run, ids: readonly DocumentId[]): AsyncGenerator<readonly Change[]> {
  const repositories = new Map((await readRepositories(run)).map((each) => [each.id, each]));
  const listed = new Set<number>();
  for (const id of ids) {
    const split = splitDocumentId(id);
    if (split?.source !== run.config.id) throw foreign(id);
    const [, number, kind, item, branch, path] = ITEM.exec(split.externalId) ?? [];
    const repository = repositories.get(Number(number));
    const told = repository && (await itemNow(run, repository, { kind, item, branch, path }));
    if (!repository || !told) {
      yield [{ kind: 'remove', id }];
      continue;
    }
    const list = listed.has(repository.id) ? [] : [await readReaders(run, repository)];
    listed.add(repository.id);
    yield [...list.map((each): Change => ({ kind: 'list', list: each })), ...told];
  }
}

interface Named {
  readonly kind: string | undefined;
  readonly item: string | undefined;
  readonly branch: string | undefined;
  readonly path: string | undefined;
}

async function itemNow(
  run: Run,
  repository: Repository,
  named: Named,
): Promise<readonly Change[] | undefined> {
  const { config } = run;
  const place: Place = { config, repository, acl: { allow: [readersId(config, repository.id)] } };
  const { kind, item, branch, path } = named;
  try {
    if (path !== undefined)
      return config.code ? await fileNow(run, place, branch && decodeURIComponent(branch), path) : undefined;
    if (kind === 'issue') return config.issues ? await tellAlone(run, place, [Number(item)]) : undefined;
    if (kind === 'discussion')
      return config.discussions ? await tellDiscussion(run, place, Number(item)) : undefined;
    return kind === 'release' && config.releases ? await releaseNow(run, place, Number(item)) : undefined;
  } catch (error) {
    if ((error as AppError).kind === 'not-found' || (error as AppError).kind === 'conflict') return undefined;
    throw error;
  }
}

async function fileNow(
  run: Run,
  place: Place,
  branch: string | undefined,
  path: string,
): Promise<readonly Change[] | undefined> {
  const { client, config, signal } = run;
  const at = `${repositoryPath(place.repository, 'contents')}/${path.split('/').map(encodeURIComponent).join('/')}`;
  const found = await client.get<{ type?: string; sha: string; size: number }>(at, { ref: branch }, signal);
  // A list for a folder; links and submodules have other types.
  if (Array.isArray(found) || found.type !== 'file') return undefined;
  const entry: TreeEntry = { path, mode: '100644', type: 'blob', sha: found.sha, size: found.size };
  if (whyLeftOut(entry, config.maxFileBytes) !== undefined) return undefined;
  return [
    { kind: 'upsert', document: fileDocument(place, branch, entry, alone(run, place.repository, entry)) },
  ];
}

async function releaseNow(run: Run, place: Place, id: number): Promise<readonly Change[] | undefined> {
  const path = repositoryPath(place.repository, 'releases');
  for await (const page of run.client.pages<readonly Release[]>(path, {}, run.signal)) {
    const release = page.find((each) => each.id === id);
    if (release)
      return release.draft === true
        ? undefined
        : [{ kind: 'upsert', document: releaseDocument(place, release) }];
  }
  return undefined;
}

function foreign(id: DocumentId): AppError {
  return new AppError('INVALID_ARGUMENT', 'invalid-input', `${id} is of another source`, {
    publicMessage: `"${id}" does not belong to this source.`,
  });
}
