import type { WebhookNews } from '@fumikura/ports';
import type { GithubConfig } from './config.ts';
import { fileId } from './mapping.ts';

export type Payload = Readonly<Record<string, unknown>>;

/** Older servers tell no more commits than this of one push. */
const MAX_COMMITS = 20;
/** Above this a run over everything that changed costs less than its files one by one. */
const MAX_FILES = 50;

/** Files that a push touched, or a content pass when they are not all named; nothing for branches that are not read. */
export function readPush(config: GithubConfig, payload: Payload): Pick<WebhookNews, 'items' | 'due'> {
  const nothing = { items: [], due: [] };
  const repository = objectIn(payload['repository']);
  const id = numberIn(repository, 'id');
  const ref = String(payload['ref'] ?? '');
  if (!config.code || id === undefined || !ref.startsWith('refs/heads/')) return nothing;
  const branch = ref.slice('refs/heads/'.length);
  const isDefault = branch === (repository['default_branch'] ?? repository['master_branch']);
  if (!isDefault && !isChosen(config, String(repository['full_name']), branch)) return nothing;
  const paths = pathsOf(payload);
  if (!paths) return { items: [], due: ['content'] };
  return {
    items: [...paths].map((path) => fileId(config, id, isDefault ? undefined : branch, path)),
    due: [],
  };
}

function isChosen({ branches }: GithubConfig, fullName: string, branch: string): boolean {
  return Object.entries(branches).some(
    ([name, chosen]) => name.toLowerCase() === fullName.toLowerCase() && chosen.includes(branch),
  );
}

/** Undefined when the payload does not name all of them. */
function pathsOf(payload: Payload): ReadonlySet<string> | undefined {
  const { commits, forced, created, deleted } = payload;
  const isRewritten = [forced, created, deleted].includes(true);
  if (isRewritten || !Array.isArray(commits) || commits.length === 0 || commits.length >= MAX_COMMITS)
    return undefined;
  const lists = commits.flatMap((commit) => {
    const { added, modified, removed } = objectIn(commit);
    return [added, modified, removed];
  });
  if (!lists.every(Array.isArray)) return undefined;
  const paths = new Set(lists.flat().map(String));
  return paths.size <= MAX_FILES ? paths : undefined;
}

export function numberIn(value: unknown, field: string): number | undefined {
  const found = objectIn(value)[field];
  return Number.isSafeInteger(found) ? (found as number) : undefined;
}

function objectIn(value: unknown): Payload {
  return typeof value === 'object' && value !== null ? (value as Payload) : {};
}
