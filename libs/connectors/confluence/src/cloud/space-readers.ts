import type { Principal, SourceId } from '@fumikura/model';
import type { ConfluenceClient } from '../client.ts';
import { linkedPages } from '../client.ts';
import type { ClosedReason, ConfluenceApi, Space, SpaceReaders } from '../items.ts';
import { authenticated, groupPrincipal, licensedUsers, userPrincipal } from '../principals.ts';
import { hidden } from './content.ts';

type Mode = 'PRE_ROLES' | 'ROLES_TRANSITION' | 'ROLES';

interface Permission {
  readonly principal?: { readonly type?: string; readonly id?: string };
  readonly operation?: { readonly key?: string; readonly targetType?: string };
}

interface Assignment {
  readonly principal?: { readonly principalType?: string; readonly principalId?: string };
  readonly roleId?: string;
}

interface Role {
  readonly id?: string;
  readonly spacePermissions?: readonly string[];
}

/** The one permission of a role that lets people see the space. */
const READ_SPACE = 'read/space';

interface Granted {
  readonly members: readonly Principal[];
  readonly closed?: ClosedReason;
}

/** What is the same for all spaces of a site, asked for once a pass. */
interface SiteFacts {
  mode?: Promise<Mode | undefined>;
  roles?: Promise<ReadonlyMap<string, boolean>>;
  isAnonymousAllowed?: Promise<boolean | undefined>;
}

/** Before the change to roles by permissions, after it by roles, in between by both. */
export function createSpaceReaders(
  client: ConfluenceClient,
  source: SourceId,
): ConfluenceApi['spaceReaders'] {
  const site: SiteFacts = {};
  return async (space, signal) => {
    const mode = await (site.mode ??= readMode(client, signal));
    const granted: Granted[] = [];
    if (mode === undefined) granted.push(UNREADABLE);
    if (mode === 'PRE_ROLES' || mode === 'ROLES_TRANSITION')
      granted.push(...(await byPermissions(client, source, space, signal)));
    if (mode === 'ROLES' || mode === 'ROLES_TRANSITION')
      granted.push(...(await byRoles(client, source, space, site, signal)));
    return readersOf(granted);
  };
}

const UNREADABLE: Granted = { members: [], closed: 'permissions of a space not readable' };

export function readersOf(granted: readonly Granted[]): SpaceReaders {
  return {
    members: [...new Set(granted.flatMap(({ members }) => members))].sort(),
    closed: granted.flatMap(({ closed }) => closed ?? []),
  };
}

/** A site that does not know the question has no roles; one that does not tell us is closed. */
async function readMode(client: ConfluenceClient, signal: AbortSignal): Promise<Mode | undefined> {
  try {
    const { mode } = await client.get<{ readonly mode?: string }>('api/v2/space-role-mode', {}, signal);
    return mode === 'PRE_ROLES' || mode === 'ROLES_TRANSITION' || mode === 'ROLES' ? mode : undefined;
  } catch (error) {
    if ((error as { kind?: unknown }).kind === 'not-found') return 'PRE_ROLES';
    return hidden(error);
  }
}

async function byPermissions(
  client: ConfluenceClient,
  source: SourceId,
  { id }: Space,
  signal: AbortSignal,
): Promise<readonly Granted[]> {
  const path = `api/v2/spaces/${encodeURIComponent(id)}/permissions`;
  const all = await wholeOf<Permission>(client, path, signal);
  if (!all) return [UNREADABLE];
  return all
    .filter(({ operation }) => operation?.key === 'read' && operation.targetType === 'space')
    .map(({ principal }): Granted => {
      if (principal?.id === undefined || principal.id === '')
        return { members: [], closed: 'account without an id' };
      if (principal.type === 'user') return { members: [userPrincipal(source, principal.id)] };
      if (principal.type === 'group') return { members: [groupPrincipal(source, principal.id)] };
      // Whom a role stands for is told by its assignments, which are read where there are roles.
      return { members: [], closed: 'permission of a role' };
    });
}

async function byRoles(
  client: ConfluenceClient,
  source: SourceId,
  { id }: Space,
  site: SiteFacts,
  signal: AbortSignal,
): Promise<readonly Granted[]> {
  const path = `api/v2/spaces/${encodeURIComponent(id)}/role-assignments`;
  const all = await wholeOf<Assignment>(client, path, signal);
  if (!all) return [UNREADABLE];
  const roles = await (site.roles ??= readRoles(client, signal));
  const granted: Granted[] = [];
  for (const { principal, roleId } of all) {
    const canRead = roles.get(roleId ?? '');
    if (canRead === undefined) granted.push({ members: [], closed: 'role that is not known' });
    if (canRead !== true) continue;
    granted.push(await assigned(client, source, site, principal, signal));
  }
  return granted;
}

async function assigned(
  client: ConfluenceClient,
  source: SourceId,
  site: SiteFacts,
  principal: Assignment['principal'],
  signal: AbortSignal,
): Promise<Granted> {
  const id = principal?.principalId;
  if (id === undefined || id === '') return { members: [], closed: 'account without an id' };
  if (principal?.principalType === 'USER') return { members: [userPrincipal(source, id)] };
  if (principal?.principalType === 'GROUP') return { members: [groupPrincipal(source, id)] };
  switch (id) {
    case 'all-licensed-users':
      return { members: [licensedUsers(source)] };
    case 'authenticated-users':
      return { members: [authenticated(source)] };
    case 'anonymous-users': {
      // A space may let the anonymous in while the site does not.
      const isAllowed = await (site.isAnonymousAllowed ??= readAnonymous(client, signal));
      if (isAllowed === undefined) return { members: [], closed: 'anonymous access not readable' };
      return { members: isAllowed ? ['anyone'] : [] };
    }
    default:
      return { members: [], closed: 'class of people that is not told' };
  }
}

async function readRoles(
  client: ConfluenceClient,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, boolean>> {
  const roles = await wholeOf<Role>(client, 'api/v2/space-roles', signal);
  return new Map(
    (roles ?? []).flatMap(({ id, spacePermissions }) =>
      id === undefined ? [] : [[id, (spacePermissions ?? []).includes(READ_SPACE)] as const],
    ),
  );
}

async function readAnonymous(client: ConfluenceClient, signal: AbortSignal): Promise<boolean | undefined> {
  const answer = await client
    .get<{
      readonly operations?: readonly { readonly operation?: string; readonly targetType?: string }[] | null;
    }>('rest/api/user/anonymous', { expand: 'operations' }, signal)
    .catch(hidden);
  return (
    answer &&
    (answer.operations ?? []).some(
      ({ operation, targetType }) => operation === 'use' && targetType === 'application',
    )
  );
}

/** Undefined when our account may not read it. */
async function wholeOf<T>(
  client: ConfluenceClient,
  path: string,
  signal: AbortSignal,
): Promise<T[] | undefined> {
  const all: T[] = [];
  try {
    for await (const { results } of linkedPages<T>(client, path, { limit: 250 }, signal))
      all.push(...results);
  } catch (error) {
    return hidden(error);
  }
  return all;
}
