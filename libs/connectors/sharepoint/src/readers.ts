import { documentId } from '@fumikura/model';
import type { AllowList, Principal, SourceId } from '@fumikura/model';
import type { SharepointConfig } from './config.ts';
import type { IdentitySet, Permission } from './graph-types.ts';

/** Why a grant admits nobody although the source gives it to somebody. */
export type ClosedReason =
  | 'site group without a mapping'
  | 'account without an Entra id'
  | 'owners of a group'
  | 'unknown claim'
  | 'unknown role'
  | 'unknown kind of link'
  | 'permissions not readable'
  | 'no item permissions in Graph';

export interface Readers {
  /** Sorted, each once. */
  readonly members: readonly Principal[];
  /** The one item that all of these grants come from, when each says so. */
  readonly inheritedFrom: string | undefined;
  readonly closed: readonly ClosedReason[];
}

/** Role names that let a person open an item. "Limited Access" only lets one pass through to something below. */
const READING = new Set([
  'read',
  'write',
  'owner',
  'sp.full control',
  'sp.owner',
  'sp.edit',
  'sp.contribute',
  'sp.design',
  'sp.read',
  'sp.view only',
  'sp.restricted read',
  'sp.approve',
  'sp.manage hierarchy',
]);
const NOT_READING = new Set(['limited access', 'sp.limited access', 'sp.web-only limited access']);
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu;

/** Everybody of the tenant but guests; the directory fills it. */
export function membersOfOrganisation(source: SourceId): Principal {
  return `group:${source}:everyone-except-external`;
}

export function siteGroup(source: SourceId, site: string, group: string): Principal {
  return `group:${source}:site/${site}/${group}`;
}

export function itemListId(source: SourceId, drive: string, item: string): string {
  return documentId(source, `drive/${drive}/item/${item}/readers`);
}

export function siteListId(source: SourceId, site: string, what: 'pages' | 'lists'): string {
  return documentId(source, `site/${site}/${what}/readers`);
}

/**
 * Who can read an item by the permissions the service states for it: these are the effective ones, those of the nearest
 * ancestor with its own among them. Nothing is added from further up.
 */
export function readersOf(
  permissions: readonly Permission[],
  site: string,
  config: SharepointConfig,
  nowMs: number,
): Readers {
  const found = permissions.map((permission) => grantOf(permission, site, config, nowMs));
  const origins = new Set(
    permissions.flatMap((permission, index) =>
      found[index]?.counts ? [permission.inheritedFrom?.id ?? undefined] : [],
    ),
  );
  const [origin] = origins;
  return {
    members: [...new Set(found.flatMap(({ members }) => members))].sort(),
    inheritedFrom: origins.size === 1 ? origin : undefined,
    closed: found.flatMap(({ closed }) => closed),
  };
}

interface Grant {
  readonly members: readonly Principal[];
  readonly closed: readonly ClosedReason[];
  /** Whether it bears on reading at all. */
  readonly counts: boolean;
}

const NOTHING: Grant = { members: [], closed: [], counts: false };

function grantOf(permission: Permission, site: string, config: SharepointConfig, nowMs: number): Grant {
  const roles = (permission.roles ?? []).map((role) => role.toLowerCase());
  if (!roles.some((role) => READING.has(role))) {
    const isKnown = roles.every((role) => NOT_READING.has(role));
    return isKnown ? NOTHING : { ...NOTHING, closed: ['unknown role'], counts: true };
  }
  if (hasEnded(permission, nowMs)) return NOTHING;
  // People beside a link that opens to its holder are those who used it: that the item is findable for them is no
  // fact of the link, and its setting decides for all holders alike.
  if (permission.link && permission.link.scope !== 'users')
    return { ...linkGrant(permission, config), counts: true };
  const identities = [
    permission.grantedToV2 ?? permission.grantedTo,
    ...(permission.grantedToIdentitiesV2 ?? permission.grantedToIdentities ?? []),
  ].filter((identity) => identity !== null && identity !== undefined);
  const named = identities.map((identity) => principalOf(identity, site, config));
  const members = named.flatMap((each) => ('principal' in each ? [each.principal] : []));
  const closed = named.flatMap((each) => ('closed' in each ? [each.closed] : []));
  return { members, closed, counts: true };
}

/** A date that cannot be read counts as past. */
function hasEnded({ expirationDateTime: end }: Permission, nowMs: number): boolean {
  if (end === null || end === undefined || end.startsWith('0001-')) return false;
  return !(Date.parse(end) > nowMs);
}

/** What a link adds beside the people it names: nothing, unless the setting makes its holders readers. */
function linkGrant({ link, hasPassword }: Permission, config: SharepointConfig): Omit<Grant, 'counts'> {
  const { organization, anonymous } = config.sharingLinks;
  switch (link?.scope) {
    case 'organization':
      return { members: organization && !hasPassword ? [membersOfOrganisation(config.id)] : [], closed: [] };
    case 'anonymous':
      return { members: anonymous && !hasPassword ? ['anyone'] : [], closed: [] };
    case 'existingAccess':
      return NOTHING;
    default:
      return { members: [], closed: ['unknown kind of link'] };
  }
}

type Named = { readonly principal: Principal } | { readonly closed: ClosedReason } | object;

/** An app or a device is nobody who searches. */
function principalOf(identity: IdentitySet, site: string, config: SharepointConfig): Named {
  const { user, group, siteGroup: ofSite, siteUser } = identity;
  const claim = claimOf(siteUser?.loginName ?? user?.loginName ?? group?.loginName ?? '', config.id);
  if (claim && 'principal' in claim) return claim;
  if (ofSite) return siteGroupOf(ofSite.id ?? undefined, site, config);
  if (claim) return claim;
  if (group) return group.id && GUID.test(group.id) ? entra('group', group.id, config.id) : unknownAccount;
  if (user) return user.id && GUID.test(user.id) ? entra('user', user.id, config.id) : unknownAccount;
  return siteUser ? unknownAccount : {};
}

const unknownAccount: Named = { closed: 'account without an Entra id' };

function entra(kind: 'user' | 'group', id: string, source: SourceId): { principal: Principal } {
  return { principal: `${kind}:${source}:${id.toLowerCase()}` };
}

function siteGroupOf(id: string | undefined, site: string, config: SharepointConfig): Named {
  const isMapped = config.siteGroups.some((each) => each.site === site && each.group === id);
  // Named also when closed would do as well: a mapping given later needs no permission to be read again.
  if (id !== undefined && isMapped) return { principal: siteGroup(config.id, site, id) };
  return { closed: 'site group without a mapping' };
}

/**
 * Login names of SharePoint that are no account: everyone, everyone but guests, a group of Entra. `undefined` for the
 * names of accounts, which are e-mail addresses and therefore say nothing.
 */
function claimOf(
  loginName: string,
  source: SourceId,
): { readonly principal: Principal } | { readonly closed: ClosedReason } | undefined {
  const name = loginName.toLowerCase();
  if (name === '' || name.startsWith('i:0#.')) return undefined;
  if (name === 'c:0(.s|true') return { principal: `authenticated:${source}` };
  if (name.startsWith('c:0-.f|rolemanager|spo-grid-all-users/'))
    return { principal: membersOfOrganisation(source) };
  const group = /^c:0(?:t\.c\|tenant|o\.c\|federateddirectoryclaimprovider)\|([0-9a-f-]{36})(_o)?$/u.exec(
    name,
  );
  if (group?.[2]) return { closed: 'owners of a group' };
  if (group?.[1] && GUID.test(group[1])) return entra('group', group[1], source);
  return { closed: 'unknown claim' };
}

/** Pages and list items: what the operator vouches for, or nobody. */
export function siteList(
  config: SharepointConfig,
  site: string,
  what: 'pages' | 'lists',
  readAt: string,
): AllowList {
  const stated = config.siteReaders.find((each) => each.site === site)?.[what] ?? [];
  return {
    id: siteListId(config.id, site, what),
    members: stated.map((each) => stating(each, config.id)),
    readAt,
  };
}

/** A reader of the configuration, `user:<object id>` or `group:<object id>`. */
export function stating(reader: string, source: SourceId): Principal {
  const [kind, id = ''] = reader.split(':');
  return entra(kind === 'group' ? 'group' : 'user', id, source).principal;
}
