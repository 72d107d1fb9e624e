import { AppError } from '@fumikura/errors';
import type { DirectoryPart, Principal, SourceAccount, SourceGroup } from '@fumikura/model';
import type { Run } from './run.ts';
import { invalid } from './client.ts';
import type { JiraGroup, JiraUser } from './jira-types.ts';
import { ordered } from '@fumikura/concurrency';
import { groupPrincipal, userPrincipal } from './principals.ts';

const USERS_A_PAGE = 1_000;
/** More than a site lists. */
const MAX_GROUPS = 100_000;
/** The most that a page of members holds. */
const MEMBERS_A_PAGE = 50;
const GROUPS_AT_ONCE = 4;

/** People, then groups with all their members: the source counts those of nested groups in. */
export async function* readDirectory(run: Run): AsyncGenerator<DirectoryPart> {
  const isOpen = yield* people(run);
  if (!isOpen) return;
  yield* ordered(groupParts(run), GROUPS_AT_ONCE);
}

/** @returns whether our account may browse people; if not nobody is known, and everything but what anyone may read is closed */
async function* people(run: Run): AsyncGenerator<DirectoryPart, boolean> {
  try {
    for await (const users of userPages(run))
      yield { accounts: users.flatMap((user) => toAccount(run, user) ?? []) };
    return true;
  } catch (error) {
    if (!(error instanceof AppError) || error.kind !== 'permission') throw error;
    run.logger.warn('jira.directory.closed', { reason: error.message });
    return false;
  }
}

async function* userPages(run: Run): AsyncGenerator<readonly JiraUser[]> {
  const { client, signal } = run;
  if (client.isCloud) {
    // Pages may be shorter than asked for: only an empty one ends the list.
    for (let startAt = 0; ;) {
      const query = { startAt, maxResults: USERS_A_PAGE };
      const users = await client.get<readonly JiraUser[]>('users/search', query, signal);
      if (!Array.isArray(users)) throw invalid('users/search answered without a list');
      if (users.length === 0) return;
      yield users;
      startAt += users.length;
    }
  }
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const query = { maxResults: USERS_A_PAGE, ...(cursor !== '' && { cursor }) };
    const page: CursorPage = await client.get<CursorPage>('user/list', query, signal);
    if (!Array.isArray(page?.values)) throw invalid('user/list answered without a list');
    yield page.values;
    if (page.nextCursor && page.nextCursor === cursor) throw invalid('user/list repeats its cursor');
    cursor = page.isLast === true ? undefined : (page.nextCursor ?? undefined);
  }
}

interface CursorPage {
  readonly values?: readonly JiraUser[];
  readonly isLast?: boolean;
  readonly nextCursor?: string | null;
}

function toAccount({ config, client }: Run, user: JiraUser): SourceAccount | undefined {
  const principal = userPrincipal(config.id, client.isCloud, user);
  if (!principal) return undefined;
  const { displayName, emailAddress, accountType, active } = user;
  return {
    principal,
    ...(displayName && { name: displayName }),
    ...(emailAddress && {
      email: { address: emailAddress.toLowerCase(), isVerified: config.verifiedEmails },
    }),
    // Customers of a service project see its portal, never an issue.
    isActive: active === true && accountType !== 'customer',
    isPerson: accountType !== 'app',
  };
}

async function* groupParts(run: Run): AsyncGenerator<() => Promise<DirectoryPart>> {
  for await (const groups of groupPages(run)) for (const group of groups) yield () => groupPart(run, group);
}

async function* groupPages({ client, signal }: Run): AsyncGenerator<readonly JiraGroup[]> {
  if (client.isCloud) return yield* client.pages<JiraGroup>('group/bulk', { maxResults: 50 }, signal);
  const query = { query: '', maxResults: MAX_GROUPS };
  const { groups = [], total = 0 } = await client.get<{ groups?: readonly JiraGroup[]; total?: number }>(
    'groups/picker',
    query,
    signal,
  );
  if (groups.length < total) throw invalid(`groups/picker named ${groups.length} groups of ${total}`);
  yield groups;
}

async function groupPart({ client, config, signal }: Run, group: JiraGroup): Promise<DirectoryPart> {
  const principal = groupPrincipal(config.id, client.isCloud, group);
  if (!principal) return {};
  const named = client.isCloud ? { groupId: group.groupId ?? '' } : { groupname: group.name ?? '' };
  const members: Principal[] = [];
  try {
    for await (const users of client.pages<JiraUser>(
      'group/member',
      { ...named, maxResults: MEMBERS_A_PAGE },
      signal,
    ))
      members.push(...users.flatMap((user) => userPrincipal(config.id, client.isCloud, user) ?? []));
  } catch (error) {
    if (!(error instanceof AppError) || !['permission', 'not-found'].includes(error.kind)) throw error;
    return { unreadable: [{ principal, reason: 'its members cannot be read by our account' }] };
  }
  const read: SourceGroup = { principal, members, ...(group.name && { name: group.name }) };
  return { groups: [read] };
}
