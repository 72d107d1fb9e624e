import type { Principal, SourceId } from '@fumikura/model';
import type { ConfluenceClient } from '../client.ts';
import { numberedPages } from '../client.ts';
import { hidden } from '../cloud/content.ts';
import { readersOf } from '../cloud/space-readers.ts';
import type { ConfluenceConfig } from '../config.ts';
import type { ClosedReason, ConfluenceApi, Item, Space, SpaceReaders } from '../items.ts';
import { groupPrincipal, userPrincipal } from '../principals.ts';
import { readRestriction } from '../restrictions.ts';
import { BODY, COMMENT_EXPAND, dcItem, FILE_EXPAND, PAGE_EXPAND, personNaming } from './content.ts';
import type { Content, Person } from './content.ts';
import { walkDataCenter } from './walk.ts';

/** Everything is v1. A walk tells restrictions and labels along with the content. */
export function createDataCenterApi(client: ConfluenceClient, config: ConfluenceConfig): ConfluenceApi {
  const naming = personNaming(config.id);
  const known: {
    hasScan?: Promise<boolean>;
    isAnonymousAllowed?: Promise<boolean | undefined>;
    spaces?: Promise<ReadonlyMap<string, Space>>;
  } = {};
  return {
    listings: [
      'page',
      'blogpost',
      ...(config.attachments ? (['attachment'] as const) : []),
      ...(config.comments ? (['comment'] as const) : []),
    ],
    account: async (signal) => {
      const me = await client.get<Person>('rest/api/user/current', {}, signal);
      return me.displayName ?? me.username ?? 'an account without a name';
    },
    spaces: (signal) => (known.spaces ??= readSpaces(client, config, signal)),
    spaceReaders: (space, signal) =>
      readSpaceReaders(
        client,
        config.id,
        space,
        () =>
          (known.isAnonymousAllowed ??= isGranted(client, 'rest/api/permissions/anonymous', 'use', signal)),
        signal,
      ),
    walk: async function* (listing, walk, signal) {
      const hasScan = await (known.hasScan ??= knowsScan(client, signal));
      yield* walkDataCenter(client, config, { hasScan }, listing, walk, signal);
    },
    contents: async (_kind, ids, hasBodies, signal) => {
      const expand = hasBodies ? `${PAGE_EXPAND},${BODY}` : PAGE_EXPAND;
      return contentsOf(client, config, ids, expand, signal);
    },
    single: async (kind, id, signal) => {
      const expand =
        kind === 'comment' ? `${COMMENT_EXPAND},${BODY}` : kind === 'attachment' ? FILE_EXPAND : PAGE_EXPAND;
      const path = `rest/api/content/${encodeURIComponent(id)}`;
      const content = await client.get<Content>(path, { expand }, signal).catch(hidden);
      return content && dcItem(config, content)[0];
    },
    facts: async function* (ids, signal) {
      const items = await contentsOf(client, config, ids, PAGE_EXPAND, signal);
      yield new Map(items.flatMap(({ id, facts }) => (facts ? [[id, facts] as const] : [])));
    },
    restriction: (id, signal) => readRestriction(client, id, naming, signal).catch(hidden),
    names: async (authors) => new Map(authors.map((name) => [name, name])),
  };
}

async function contentsOf(
  client: ConfluenceClient,
  config: ConfluenceConfig,
  ids: readonly string[],
  expand: string,
  signal: AbortSignal,
): Promise<readonly Item[]> {
  const found: Item[] = [];
  const query = { ids, expand, limit: 100, status: ['current', 'archived'] };
  for await (const part of numberedPages<Content>(client, 'rest/api/content', query, signal))
    found.push(...part.flatMap((content) => dcItem(config, content)));
  return found;
}

/** `content/scan` came with 7.18. A site that tells no version is taken for an old one. */
async function knowsScan(client: ConfluenceClient, signal: AbortSignal): Promise<boolean> {
  const answer = await client
    .get<{ readonly version?: string }>('rest/api/server-information', {}, signal)
    .catch(hidden);
  const [major = 0, minor = 0] = (answer?.version ?? '').split('.').map(Number);
  return major > 7 || (major === 7 && minor >= 18);
}

async function readSpaces(
  client: ConfluenceClient,
  config: ConfluenceConfig,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Space>> {
  const found = new Map<string, Space>();
  const isAll = config.spaces === 'all';
  const query = {
    limit: 100,
    ...(isAll && !config.personalSpaces && { type: 'global' }),
    ...(isAll && !config.archived && { status: 'current' }),
    ...(config.spaces !== 'all' && { spaceKey: config.spaces }),
  };
  type Told = { readonly id?: number | string; readonly key?: string; readonly name?: string };
  for await (const part of numberedPages<Told>(client, 'rest/api/space', query, signal))
    for (const { id, key, name } of part)
      if (id !== undefined && key !== undefined)
        found.set(String(id), { id: String(id), key, name: name ?? key });
  return found;
}

interface Permission {
  readonly operation?: { readonly operationKey?: string; readonly targetType?: string };
  readonly subject?: {
    readonly type?: string;
    readonly displayName?: string;
    readonly name?: string;
    readonly userKey?: string;
  };
}

async function readSpaceReaders(
  client: ConfluenceClient,
  source: SourceId,
  { key }: Space,
  isAnonymousAllowed: () => Promise<boolean | undefined>,
  signal: AbortSignal,
): Promise<SpaceReaders> {
  const path = `rest/api/space/${encodeURIComponent(key)}/permissions`;
  const all = await client.get<readonly Permission[]>(path, {}, signal).catch(hidden);
  if (!Array.isArray(all)) return { members: [], closed: ['permissions of a space not readable'] };
  const granted = (all as readonly Permission[])
    .filter(reads('read', 'space'))
    .map((each) => subjectOf(each, source));
  const isOpen = await isGranted(client, `${path}/anonymous`, 'read', signal);
  // A space may let the anonymous in while the site does not.
  if (isOpen !== false) {
    const isAllowed = isOpen && (await isAnonymousAllowed());
    if (isAllowed === undefined) granted.push({ members: [], closed: 'anonymous access not readable' });
    if (isAllowed === true) granted.push({ members: ['anyone'] });
  }
  return readersOf(granted);
}

function reads(operation: string, target: string) {
  return (permission: Permission) =>
    permission.operation?.operationKey === operation && permission.operation.targetType === target;
}

function subjectOf(
  { subject }: Permission,
  source: SourceId,
): { readonly members: readonly Principal[]; readonly closed?: ClosedReason } {
  if (subject?.type === 'group') {
    const name = subject.name ?? subject.displayName;
    if (name) return { members: [groupPrincipal(source, name)] };
  } else if (subject?.userKey) return { members: [userPrincipal(source, subject.userKey)] };
  return { members: [], closed: 'account without an id' };
}

/** Undefined when our account is not told. */
async function isGranted(
  client: ConfluenceClient,
  path: string,
  operation: string,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  const all = await client.get<readonly Permission[]>(path, {}, signal).catch(hidden);
  if (!Array.isArray(all)) return undefined;
  const target = operation === 'use' ? 'application' : 'space';
  return (all as readonly Permission[]).some(reads(operation, target));
}
