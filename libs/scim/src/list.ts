import type { People } from '@fumikura/ports';
import type { Attributes } from './attributes.ts';
import { matches, parseFilter } from './filter.ts';
import type { Filter } from './filter.ts';
import { groupResource } from './groups.ts';
import { badRequest } from './refusal.ts';
import { ORIGIN, userOf } from './users.ts';

const MOST = 200;
const USUAL = 100;

export function listUsers(people: People, query: URLSearchParams, location: string): Attributes {
  const filter = filterOf(query);
  const key = filter && simpleKey(filter, { username: 'userName', externalid: 'externalId' });
  const found = key
    ? people.personsBy(ORIGIN, key.name, key.value)
    : people.persons(ORIGIN).filter(({ isDeleted }) => !isDeleted);
  return listed(found, query, filter, (person) => userOf(person, people, location));
}

export function listGroups(people: People, query: URLSearchParams, location: string): Attributes {
  const filter = filterOf(query);
  const key = filter && simpleKey(filter, { displayname: 'name', externalid: 'externalId' });
  const found = key ? people.groupsBy(ORIGIN, key.name, key.value) : people.groups(ORIGIN);
  const asksMembers = filter !== undefined && /members/iu.test(JSON.stringify(filter));
  const isWanted = !/\bmembers\b/iu.test(query.get('excludedAttributes') ?? '');
  return listed(found, query, filter, (group) =>
    groupResource(group, people, location, isWanted || asksMembers),
  );
}

function filterOf(query: URLSearchParams): Filter | undefined {
  const text = query.get('filter');
  return text === null || text.trim() === '' ? undefined : parseFilter(text);
}

/** What clients ask for most, and what an index answers. */
function simpleKey<K extends string>(
  filter: Filter,
  keys: Readonly<Record<string, K>>,
): { readonly name: K; readonly value: string } | undefined {
  if (filter.kind !== 'compare' || filter.operator !== 'eq' || typeof filter.value !== 'string')
    return undefined;
  const { attribute, where, part } = filter.path;
  const name = keys[attribute.toLowerCase()];
  return name === undefined || where || part !== undefined ? undefined : { name, value: filter.value };
}

/** Only the page is made into resources where nothing has to be filtered. */
function listed<T>(
  all: readonly T[],
  query: URLSearchParams,
  filter: Filter | undefined,
  resourceOf: (item: T) => Attributes,
): Attributes {
  const startIndex = Math.max(1, numberOf(query, 'startIndex', 1));
  const count = Math.min(MOST, Math.max(0, numberOf(query, 'count', USUAL)));
  const page = <R>(items: readonly R[]) => items.slice(startIndex - 1, startIndex - 1 + count);
  const found = filter ? all.map(resourceOf).filter((resource) => matches(filter, resource)) : undefined;
  const resources = found ? page(found) : page(all).map(resourceOf);
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: (found ?? all).length,
    startIndex,
    itemsPerPage: resources.length,
    Resources: resources,
  };
}

function numberOf(query: URLSearchParams, name: string, usual: number): number {
  const text = query.get(name);
  if (text === null) return usual;
  if (/^-?\d{1,9}$/u.test(text)) return Number(text);
  throw badRequest('invalidValue', `${name} is a number`);
}
