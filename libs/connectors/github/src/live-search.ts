import type { LiveAnswer, LiveHit, LiveQuery } from '@fumikura/ports';
import { invalid } from './client.ts';
import type { Repository } from './github-types.ts';
import { fileId, itemId } from './mapping.ts';
import { readRepositories } from './repositories.ts';
import type { Run } from './run.ts';

/** A search takes five operators between its words, and code search wants every word. */
const MOST_WORDS = { issues: 6, code: 3 };
/** Owners or repositories that a query names; with more it would be too long. */
const MOST_NAMED = 10;
/** The list of repositories changes seldom; what is found in one that left it is refused when it is read. */
const REMEMBERED_MS = 600_000;

/** The repositories to look in, asked for once in a while. */
export interface KnownRepositories {
  all: readonly Repository[];
  /** Milliseconds since 1970. */
  at: number | undefined;
}

interface Answer<T> {
  readonly items?: readonly T[];
  readonly incomplete_results?: boolean;
}
interface FoundIssue {
  readonly number: number;
  readonly updated_at?: string;
  readonly repository_url?: string;
}
interface FoundFile {
  readonly path: string;
  readonly repository?: { readonly id?: number };
}

/** Issues and pull requests by any of the words, code by its most telling ones; one list and the other in turn. */
export async function liveSearch(
  run: Run,
  { words, limit }: LiveQuery,
  known: KnownRepositories,
): Promise<LiveAnswer> {
  const { config } = run;
  const repositories = await knownRepositories(run, known);
  const scope = scopeOf(run, repositories);
  const telling = words.toSorted((a, b) => b.length - a.length);
  const any = telling.slice(0, MOST_WORDS.issues).map((word) => word.toLowerCase());
  const code = telling.slice(0, MOST_WORDS.code);
  const [issues, files] = await Promise.all([
    config.issues
      ? find<FoundIssue>(run, 'search/issues', `(${any.join(' OR ')}) ${scope}`, limit, {
          advanced_search: 'true',
        })
      : NONE,
    config.code ? find<FoundFile>(run, 'search/code', `${code.join(' ')} ${scope}`, limit) : NONE,
  ]);
  const hits = inTurn(
    issues.items.flatMap((each) => issueHit(run, each, repositories)),
    files.items.flatMap((each) => fileHit(run, each)),
  );
  return { hits: hits.slice(0, limit), ...((issues.isPartial || files.isPartial) && { isPartial: true }) };
}

const NONE = { items: [], isPartial: false };

async function knownRepositories(run: Run, known: KnownRepositories): Promise<readonly Repository[]> {
  const now = run.now();
  if (known.at === undefined || now - known.at > REMEMBERED_MS) {
    known.all = await readRepositories(run);
    known.at = now;
  }
  return known.all;
}

/** Without it the whole service would be searched. */
function scopeOf({ config }: Run, repositories: readonly Repository[]): string {
  if (config.repositories !== 'all' && repositories.length <= MOST_NAMED)
    return repositories.map(({ full_name }) => `repo:${full_name}`).join(' ');
  const owners = [...new Set(repositories.map(({ owner }) => owner.login))];
  return owners
    .slice(0, MOST_NAMED)
    .map((owner) => `user:${owner}`)
    .join(' ');
}

async function find<T>(
  { client, signal }: Run,
  path: string,
  q: string,
  limit: number,
  more: Readonly<Record<string, string>> = {},
): Promise<{ readonly items: readonly T[]; readonly isPartial: boolean }> {
  const { items, incomplete_results } = await client.get<Answer<T>>(
    path,
    { q, per_page: limit, ...more },
    signal,
  );
  if (!Array.isArray(items)) throw invalid(`${path} answered without a list`);
  return { items, isPartial: incomplete_results === true };
}

function issueHit(
  { config }: Run,
  { number, updated_at, repository_url = '' }: FoundIssue,
  repositories: readonly Repository[],
): LiveHit[] {
  const name = /\/repos\/([^/]+\/[^/]+)$/u.exec(repository_url)?.[1]?.toLowerCase();
  const repository = repositories.find(({ full_name }) => full_name.toLowerCase() === name);
  if (!repository) return [];
  return [
    { id: itemId(config, repository.id, 'issue', number), ...(updated_at && { updatedAt: updated_at }) },
  ];
}

function fileHit({ config }: Run, { path, repository }: FoundFile): LiveHit[] {
  return repository?.id === undefined ? [] : [{ id: fileId(config, repository.id, undefined, path) }];
}

function inTurn<T>(first: readonly T[], second: readonly T[]): T[] {
  const length = Math.max(first.length, second.length);
  return Array.from({ length }, (_, at) => [...first.slice(at, at + 1), ...second.slice(at, at + 1)]).flat();
}
