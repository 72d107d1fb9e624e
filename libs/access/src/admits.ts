import type { Acl, AllowList, AllowListId } from '@fumikura/model';
import { readGrant } from '@fumikura/ports';
import type { AccessFilter } from '@fumikura/ports';

/**
 * Whether these rights open something that no store holds: the rule of `Acl`, over lists as they were just read. A list that is not
 * among them admits nobody.
 */
export function admits(
  { allow, deny = [] }: Acl,
  lists: ReadonlyMap<AllowListId, AllowList>,
  access: AccessFilter,
): boolean {
  const own = new Set(readGrant(access)?.principals);
  if (allow.length === 0 || deny.some((denied) => own.has(denied))) return false;
  return allow.every((id) => lists.get(id)?.members.some((member) => own.has(member)) ?? false);
}
