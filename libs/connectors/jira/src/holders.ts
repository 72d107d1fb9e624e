import { createHash } from 'node:crypto';
import type { AllowList, Principal, SourceId } from '@fumikura/model';
import type { JiraGroup, JiraHolder, JiraIssue, JiraUser } from './jira-types.ts';
import { groupPrincipal, userPrincipal } from './principals.ts';

/** A holder that each issue resolves for itself. */
export type DynamicHolder =
  | { readonly type: 'reporter' | 'assignee' }
  | { readonly type: 'userCustomField' | 'groupCustomField'; readonly field: string };

export interface Resolved {
  readonly members: readonly Principal[];
  readonly dynamic: readonly DynamicHolder[];
}

export interface HolderParts {
  readonly source: SourceId;
  readonly isCloud: boolean;
  readonly role: (id: string) => Promise<readonly Principal[]>;
  readonly lead: () => Promise<Principal | undefined>;
  /** Groups with access to an application; undefined when unknown. */
  readonly application: (key: string) => Promise<readonly Principal[] | undefined>;
  readonly closed: (reason: string) => void;
}

/** Holders of a permission or of a security level. What is not known to let in somebody lets in nobody, and is counted. */
export async function resolveHolders(holders: readonly JiraHolder[], parts: HolderParts): Promise<Resolved> {
  const members = new Set<Principal>();
  const dynamic = new Map<string, DynamicHolder>();
  for (const holder of holders) {
    const found = await resolveHolder(holder, parts);
    if (typeof found === 'string') parts.closed(found);
    else if ('dynamic' in found) dynamic.set(JSON.stringify(found.dynamic), found.dynamic);
    else for (const member of found.members) members.add(member);
  }
  return { members: [...members].sort(), dynamic: [...dynamic.values()] };
}

type Found = string | { readonly members: readonly Principal[] } | { readonly dynamic: DynamicHolder };

async function resolveHolder(holder: JiraHolder, parts: HolderParts): Promise<Found> {
  const of = holder.value || holder.parameter || '';
  switch (holder.type) {
    case 'anyone':
      return { members: ['anyone'] };
    case 'group':
      return named(groupOf(holder, parts), 'group without an id');
    case 'user':
      return named(userOf(holder, parts), 'account without an id');
    case 'projectRole':
      return of === '' ? 'role without an id' : { members: await parts.role(of) };
    case 'projectLead':
      return named(await parts.lead(), 'project lead not known');
    case 'applicationRole': {
      if (of === '') return { members: [`authenticated:${parts.source}`] };
      const groups = await parts.application(of);
      return groups ? { members: groups } : 'application access not known';
    }
    case 'reporter':
    case 'assignee':
      return { dynamic: { type: holder.type } };
    case 'userCustomField':
    case 'groupCustomField':
      return of === '' ? 'field without an id' : { dynamic: { type: holder.type, field: of } };
    // Customers see their requests in the portal, which is not the issue.
    case 'sd.customer.portal.only':
      return { members: [] };
    default:
      return 'unknown kind of holder';
  }
}

function named(principal: Principal | undefined, otherwise: string): Found {
  return principal ? { members: [principal] } : otherwise;
}

/** In Cloud the value is the id and the parameter a name, which may be given away. */
function groupOf(
  { value, parameter, group }: JiraHolder,
  { source, isCloud }: HolderParts,
): Principal | undefined {
  return groupPrincipal(
    source,
    isCloud,
    isCloud ? { groupId: value ?? null } : { name: group?.name ?? parameter ?? null },
  );
}

function userOf(
  { value, parameter, user }: JiraHolder,
  { source, isCloud }: HolderParts,
): Principal | undefined {
  const id = value || parameter;
  return userPrincipal(source, isCloud, isCloud ? { accountId: id ?? null } : (user ?? { key: id ?? null }));
}

/**
 * The list of one layer for one issue. Without dynamic holders it is the layer's own, so that a change of members is one
 * list written. Otherwise it is named by whom this issue adds, so that issues with the same people share it.
 */
export function listFor(
  base: string,
  { members, dynamic }: Resolved,
  issue: JiraIssue,
  parts: { readonly source: SourceId; readonly isCloud: boolean },
  readAt: string,
): AllowList {
  const covers = members.some((member) => member === 'anyone' || member.startsWith('authenticated:'));
  const added = covers ? [] : dynamic.flatMap((holder) => dynamicMembers(holder, issue, parts));
  const own = [...new Set(added)].filter((member) => !members.includes(member)).sort();
  if (own.length === 0) return { id: base, members, readAt };
  return { id: `${base}/${digest(own)}`, members: [...members, ...own], readAt };
}

function dynamicMembers(
  holder: DynamicHolder,
  { fields = {} }: JiraIssue,
  { source, isCloud }: { readonly source: SourceId; readonly isCloud: boolean },
): Principal[] {
  const value = 'field' in holder ? fields[holder.field] : fields[holder.type];
  const values = (Array.isArray(value) ? value : [value]).filter(
    (each): each is object => typeof each === 'object' && each !== null,
  );
  return values.flatMap((each) =>
    holder.type === 'groupCustomField'
      ? (groupPrincipal(source, isCloud, each as JiraGroup) ?? [])
      : (userPrincipal(source, isCloud, each as JiraUser) ?? []),
  );
}

/** Long enough that two sets of people are never one list. */
export function digest(members: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url').slice(0, 32);
}
