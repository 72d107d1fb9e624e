import type { JsonValue } from '@fumikura/model';
import type { GroupDraft, People, ProvisionedGroup } from '@fumikura/ports';
import { isAttributes, valueOf, without } from './attributes.ts';
import type { Attributes } from './attributes.ts';
import { badRequest } from './refusal.ts';
import { ORIGIN } from './users.ts';

const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const NOT_KEPT = ['id', 'meta', 'schemas', 'members', 'externalId', 'displayName'];

export interface GroupChange {
  readonly draft: GroupDraft;
  readonly members: readonly string[];
}

/** @throws ScimRefusal invalidValue, also for a member who is not there */
export function groupFrom(id: string, attributes: Attributes, people: People): GroupChange {
  const name = valueOf(attributes, 'displayName');
  if (typeof name !== 'string' || name === '' || name.length > 500)
    throw badRequest('invalidValue', 'displayName is a text of 1 to 500 characters');
  const externalId = valueOf(attributes, 'externalId');
  const draft: GroupDraft = {
    origin: ORIGIN,
    id,
    name,
    record: NOT_KEPT.reduce(without, attributes),
    ...(typeof externalId === 'string' && { externalId }),
  };
  return {
    draft,
    members: membersFrom(valueOf(attributes, 'members'), new Set(people.members(ORIGIN, id)), people),
  };
}

function membersFrom(value: JsonValue | undefined, known: ReadonlySet<string>, people: People): string[] {
  if (value === undefined || value === null) return [];
  const ids = (Array.isArray(value) ? value : [value]).map((each) =>
    isAttributes(each) ? valueOf(each, 'value') : each,
  );
  return [
    ...new Set(
      ids.map((id) => {
        if (typeof id !== 'string')
          throw badRequest('invalidValue', 'A member has a value, the id of a user or group');
        if (known.has(id) || isThere(id, people)) return id;
        throw badRequest('invalidValue', `There is no user or group ${id.slice(0, 100)}`);
      }),
    ),
  ];
}

function isThere(id: string, people: People): boolean {
  const person = people.person(ORIGIN, id);
  return person ? !person.isDeleted : people.group(ORIGIN, id) !== undefined;
}

/** @param withMembers a large group is told without them where nobody asks for them */
export function groupResource(
  group: ProvisionedGroup,
  people: People,
  location: string,
  withMembers: boolean,
): Attributes {
  const members = withMembers ? people.members(ORIGIN, group.id) : [];
  return {
    schemas: [GROUP_SCHEMA],
    id: group.id,
    ...(group.externalId !== undefined && { externalId: group.externalId }),
    displayName: group.name,
    ...(isAttributes(group.record) && group.record),
    ...(members.length > 0 && { members: members.map((value) => ({ value })) }),
    meta: {
      resourceType: 'Group',
      created: group.createdAt,
      lastModified: group.changedAt,
      version: `W/"${group.version}"`,
      location: `${location}/Groups/${group.id}`,
    },
  };
}
