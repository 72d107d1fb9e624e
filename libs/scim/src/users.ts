import type { JsonValue } from '@fumikura/model';
import type { People, PersonDraft, ProvisionedPerson } from '@fumikura/ports';
import { isAttributes, valueOf, without } from './attributes.ts';
import type { Attributes } from './attributes.ts';
import { badRequest } from './refusal.ts';

export const ORIGIN = 'scim';
const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';
/** Ours to say, or nothing that we keep. */
const NOT_KEPT = ['id', 'meta', 'groups', 'schemas', 'password', 'externalId', 'userName', 'active'];
const MAX_RECORD_CHARACTERS = 65_536;

/** @throws ScimRefusal invalidValue */
export function personFrom(id: string, attributes: Attributes): PersonDraft {
  const userName = textOf(attributes, 'userName');
  if (userName === undefined) throw badRequest('invalidValue', 'userName is missing');
  const record = NOT_KEPT.reduce(without, attributes);
  if (JSON.stringify(record).length > MAX_RECORD_CHARACTERS)
    throw badRequest('invalidValue', 'The user is too large');
  const externalId = textOf(attributes, 'externalId');
  const name = nameOf(attributes);
  const email = emailOf(attributes);
  return {
    origin: ORIGIN,
    id,
    userName,
    isActive: activeOf(attributes),
    record,
    ...(externalId !== undefined && { externalId }),
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
  };
}

export function userOf(person: ProvisionedPerson, people: People, location: string): Attributes {
  const groups = people.groupsOf(ORIGIN, person.id).map((id) => {
    const display = people.group(ORIGIN, id)?.name ?? id;
    return { value: id, display, type: 'direct' };
  });
  return {
    schemas: [USER_SCHEMA],
    id: person.id,
    ...(person.externalId !== undefined && { externalId: person.externalId }),
    userName: person.userName,
    ...(isAttributes(person.record) && person.record),
    active: person.isActive,
    ...(groups.length > 0 && { groups }),
    meta: {
      resourceType: 'User',
      created: person.createdAt,
      lastModified: person.changedAt,
      version: `W/"${person.version}"`,
      location: `${location}/Users/${person.id}`,
    },
  };
}

function textOf(attributes: Attributes, name: string): string | undefined {
  const value = valueOf(attributes, name);
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string' && value.length <= 500) return value;
  throw badRequest('invalidValue', `${name} is a text of at most 500 characters`);
}

/** Entra ID writes it as a text. Anything that says neither is refused: who is active must not be guessed. */
function activeOf(attributes: Attributes): boolean {
  const value = valueOf(attributes, 'active');
  if (value === undefined) return true;
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  if (word === 'true' || word === 'false') return word === 'true';
  throw badRequest('invalidValue', 'active is true or false');
}

function nameOf(attributes: Attributes): string | undefined {
  const display = valueOf(attributes, 'displayName');
  if (typeof display === 'string' && display !== '') return display;
  const name = valueOf(attributes, 'name');
  if (!isAttributes(name)) return undefined;
  const parts = [
    valueOf(name, 'formatted') ?? [valueOf(name, 'givenName'), valueOf(name, 'familyName')],
  ].flat();
  const text = parts
    .filter((part) => typeof part === 'string')
    .join(' ')
    .trim();
  return text === '' ? undefined : text;
}

/** The primary one, else the one for work, else the only one. */
function emailOf(attributes: Attributes): string | undefined {
  const emails = valueOf(attributes, 'emails');
  const all = (Array.isArray(emails) ? emails : []).filter(isAttributes);
  const chosen =
    all.find((each) => isTrue(valueOf(each, 'primary'))) ??
    all.find((each) => valueOf(each, 'type') === 'work') ??
    (all.length === 1 ? all[0] : undefined);
  const value = chosen && valueOf(chosen, 'value');
  return typeof value === 'string' && value.includes('@') ? value : undefined;
}

function isTrue(value: JsonValue | undefined): boolean {
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true');
}
