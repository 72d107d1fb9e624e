import type { Principal, SourceId } from '@fumikura/model';
import type { JiraGroup, JiraUser } from './jira-types.ts';

export function userPrincipal(
  source: SourceId,
  isCloud: boolean,
  user: JiraUser | null | undefined,
): Principal | undefined {
  const id = isCloud ? user?.accountId : user?.key;
  return id ? `user:${source}:${id}` : undefined;
}

/** Cloud has ids; on Data Center the name is the identity, in whatever case it is written. */
export function groupPrincipal(source: SourceId, isCloud: boolean, group: JiraGroup): Principal | undefined {
  const id = isCloud ? group.groupId : group.name?.toLowerCase();
  return id ? `group:${source}:${id}` : undefined;
}
