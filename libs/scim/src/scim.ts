import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import type { People, PeopleStore } from '@fumikura/ports';
import { aboutThis } from './about.ts';
import { isAttributes } from './attributes.ts';
import type { Attributes } from './attributes.ts';
import { listGroups, listUsers } from './list.ts';
import { groupFrom, groupResource } from './groups.ts';
import { operationsOf, patched } from './patch.ts';
import { badRequest, notFound, ScimRefusal } from './refusal.ts';
import { ORIGIN, personFrom, userOf } from './users.ts';

/** Below it everything is SCIM's. */
export const SCIM_PATH = '/scim/v2';

/** A change that is about to be made. */
export interface ScimChange {
  readonly verb: 'create' | 'update' | 'remove';
  /** `Users/<id>`. */
  readonly resource: string;
  readonly details: Readonly<Record<string, string | boolean | number>>;
}

export interface ScimOptions {
  readonly store: PeopleStore;
  /** What a client has to know. */
  readonly token: string;
  /** By which clients reach us: scheme, host, port. */
  readonly publicUrl: string;
  /** Before a change is made, which waits for it and is not made when it rejects. */
  readonly onChange: (change: ScimChange) => Promise<void>;
  readonly onRefused?: (request: Request) => Promise<void>;
}

interface Parts {
  readonly store: PeopleStore;
  readonly location: string;
  readonly onChange: ScimOptions['onChange'];
}

/** SCIM 2.0 (RFC 7643, 7644): users and groups, filters, PATCH, paging. */
export function createScim(options: ScimOptions): (request: Request) => Promise<Response> {
  const expected = digest(options.token);
  const parts: Parts = {
    store: options.store,
    location: `${options.publicUrl}${SCIM_PATH}`,
    onChange: options.onChange,
  };
  // A change waits for its record, and the next one for it.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
  return async (request) => {
    const token = /^Bearer (.+)$/iu.exec(request.headers.get('authorization') ?? '')?.[1];
    if (token === undefined || !timingSafeEqual(digest(token), expected)) {
      await options.onRefused?.(request);
      return failure(401, 'The token is missing or wrong', undefined, { 'www-authenticate': 'Bearer' });
    }
    try {
      const call = await callOf(request);
      return call.method === 'GET' ? await read(parts, call) : await inTurn(() => write(parts, call));
    } catch (error) {
      if (error instanceof ScimRefusal) return failure(error.status, error.message, error.scimType);
      throw error;
    }
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

interface Call {
  readonly method: string;
  readonly what: string;
  readonly id: string | undefined;
  readonly query: URLSearchParams;
  readonly ifMatch: string | undefined;
  readonly body: unknown;
}

async function callOf(request: Request): Promise<Call> {
  const { pathname, searchParams: query } = new URL(request.url);
  const [what = '', id, more] = pathname
    .slice(SCIM_PATH.length + 1)
    .replace(/\/$/u, '')
    .split('/');
  if (more !== undefined) throw notFound(pathname);
  return {
    method: request.method,
    what,
    id: id === undefined || id === '' ? undefined : decoded(id),
    query,
    ifMatch: request.headers.get('if-match') ?? undefined,
    body: request.method === 'GET' || request.method === 'DELETE' ? undefined : await jsonOf(request),
  };
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    throw notFound(id);
  }
}

async function jsonOf(request: Request): Promise<unknown> {
  try {
    return JSON.parse(await request.text());
  } catch {
    throw badRequest('invalidSyntax', 'The body is not JSON');
  }
}

async function read({ store, location }: Parts, { what, id, query }: Call): Promise<Response> {
  const about = aboutThis(what, location);
  if (about) return answer(200, about as Attributes);
  const people = await store.read();
  if (what === 'Users')
    return id === undefined ? answer(200, listUsers(people, query, location)) : userAnswer(200);
  if (what === 'Groups')
    return id === undefined ? answer(200, listGroups(people, query, location)) : groupAnswer();
  throw notFound(what);

  function userAnswer(status: number): Response {
    return answer(status, userOf(requirePerson(people, id ?? ''), people, location));
  }
  function groupAnswer(): Response {
    const isWanted = !/\bmembers\b/iu.test(query.get('excludedAttributes') ?? '');
    return answer(200, groupResource(requireGroup(people, id ?? ''), people, location, isWanted));
  }
}

async function write(parts: Parts, call: Call): Promise<Response> {
  const { what, method, id } = call;
  if (what !== 'Users' && what !== 'Groups') throw notFound(what);
  const isNew = method === 'POST' && id === undefined;
  const isChange = id !== undefined && ['PUT', 'PATCH', 'DELETE'].includes(method);
  if (!isNew && !isChange) throw new ScimRefusal(405, `${method} is not for ${what}`);
  return what === 'Users' ? writeUser(parts, call, id) : writeGroup(parts, call, id);
}

async function writeUser(
  { store, location, onChange }: Parts,
  call: Call,
  id: string | undefined,
): Promise<Response> {
  const people = await store.read();
  const known = id === undefined ? undefined : requirePerson(people, id);
  requireVersion(call, known?.version);
  if (known && call.method === 'DELETE') {
    await onChange({ verb: 'remove', resource: `Users/${known.id}`, details: { person: known.person } });
    await store.change((edit) => {
      requireUnchanged(edit.person(ORIGIN, known.id), known.version);
      edit.deletePerson(ORIGIN, known.id);
    });
    return new Response(null, { status: 204 });
  }
  const attributes = known && call.method === 'PATCH' ? userOf(known, people, location) : {};
  const draft = personFrom(known?.id ?? randomUUID(), nextOf(call, attributes));
  requireFree(people, draft);
  const details = { userName: draft.userName, active: draft.isActive };
  await onChange({ verb: known ? 'update' : 'create', resource: `Users/${draft.id}`, details });
  const user = await store.change((edit) => {
    requireUnchanged(edit.person(ORIGIN, draft.id), known?.version);
    requireFree(edit, draft);
    return userOf(edit.putPerson(draft), edit, location);
  });
  return answer(known ? 200 : 201, user);
}

async function writeGroup(
  { store, location, onChange }: Parts,
  call: Call,
  id: string | undefined,
): Promise<Response> {
  const people = await store.read();
  const known = id === undefined ? undefined : requireGroup(people, id);
  requireVersion(call, known?.version);
  if (known && call.method === 'DELETE') {
    await onChange({ verb: 'remove', resource: `Groups/${known.id}`, details: { group: known.group } });
    await store.change((edit) => {
      requireUnchanged(edit.group(ORIGIN, known.id), known.version);
      edit.deleteGroup(ORIGIN, known.id);
    });
    return new Response(null, { status: 204 });
  }
  const attributes = known && call.method === 'PATCH' ? groupResource(known, people, location, true) : {};
  const { draft, members } = groupFrom(known?.id ?? randomUUID(), nextOf(call, attributes), people);
  const before = new Set(people.members(ORIGIN, draft.id));
  const added = members.filter((member) => !before.has(member));
  const after = new Set(members);
  const removed = [...before].filter((member) => !after.has(member));
  const details = { displayName: draft.name, added: added.length, removed: removed.length };
  await onChange({ verb: known ? 'update' : 'create', resource: `Groups/${draft.id}`, details });
  const isWanted = call.method !== 'PATCH' || members.length <= 1_000;
  const group = await store.change((edit) => {
    requireUnchanged(edit.group(ORIGIN, draft.id), known?.version);
    const put = edit.putGroup(draft);
    edit.addMembers(ORIGIN, draft.id, added);
    edit.removeMembers(ORIGIN, draft.id, removed);
    return groupResource(put, edit, location, isWanted);
  });
  return answer(known ? 200 : 201, group);
}

function nextOf({ method, body }: Call, attributes: Attributes): Attributes {
  if (method === 'PATCH') return patched(attributes, operationsOf(body));
  if (!isAttributes(body)) throw badRequest('invalidSyntax', 'The body is not a resource');
  return body;
}

/** Another process may have changed it while this change was written down. */
function requireUnchanged(now: { readonly version: number } | undefined, version: number | undefined): void {
  if (now?.version !== version) throw new ScimRefusal(409, 'It was changed meanwhile. Send it again');
}

function requireFree(
  people: People,
  { id, userName }: { readonly id: string; readonly userName: string },
): void {
  const isTaken = people.personsBy(ORIGIN, 'userName', userName).some((each) => each.id !== id);
  if (isTaken) throw new ScimRefusal(409, `userName ${userName} is taken`, 'uniqueness');
}

function requireVersion({ ifMatch }: Call, version: number | undefined): void {
  if (ifMatch === undefined || ifMatch === '*' || version === undefined || ifMatch === `W/"${version}"`)
    return;
  throw new ScimRefusal(412, 'It has another version by now');
}

function requirePerson(people: People, id: string) {
  const person = people.person(ORIGIN, id);
  if (person && !person.isDeleted) return person;
  throw notFound(id);
}

function requireGroup(people: People, id: string) {
  const group = people.group(ORIGIN, id);
  if (group) return group;
  throw notFound(id);
}

function answer(status: number, body: Attributes): Response {
  const meta = body['meta'] as { version?: string; location?: string } | undefined;
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'content-type': 'application/scim+json; charset=utf-8',
      ...(meta?.version !== undefined && { etag: meta.version }),
      ...(status === 201 && meta?.location !== undefined && { location: meta.location }),
    },
  });
}

function failure(
  status: number,
  detail: string,
  scimType?: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const body = {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(status),
    detail,
    ...(scimType !== undefined && { scimType }),
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/scim+json; charset=utf-8', ...headers },
  });
}
