import type { SourceId } from '@fumikura/model';
import type { ConfluenceClient } from '../client.ts';
import { linkedPages } from '../client.ts';
import type { ConfluenceConfig } from '../config.ts';
import type { ConfluenceApi, Facts, Listing, Space } from '../items.ts';
import { groupPrincipal, userPrincipal } from '../principals.ts';
import { bulkRestriction, readRestriction } from '../restrictions.ts';
import type { Naming, RestrictionAnswer } from '../restrictions.ts';
import { cloudContents, cloudSingle, hidden, walkCloud } from './content.ts';
import { createSpaceReaders } from './space-readers.ts';

export interface CloudUser {
  readonly accountId?: string | null;
  readonly accountType?: string;
  readonly accountStatus?: string;
  readonly displayName?: string | null;
  readonly publicName?: string;
  readonly email?: string | null;
  readonly isGuest?: boolean;
  readonly isExternalCollaborator?: boolean;
}

export interface CloudGroup {
  readonly id?: string;
  readonly name?: string;
}

interface Found {
  readonly id?: string;
  readonly restrictions?: { readonly read?: RestrictionAnswer<CloudUser, CloudGroup> };
  readonly metadata?: { readonly labels?: { readonly results?: readonly { readonly name?: string }[] } };
}

const FACTS = 'restrictions.read.restrictions.user,restrictions.read.restrictions.group,metadata.labels';
const FOUND_AT_ONCE = 200;
const NAMES_AT_ONCE = 100;

/** v2 for content, v1 for what v2 has no word of: restrictions, labels in bulk, groups, names. */
export function createCloudApi(client: ConfluenceClient, config: ConfluenceConfig): ConfluenceApi {
  const naming = cloudNaming(config.id);
  const spaceReaders = createSpaceReaders(client, config.id);
  const known = { spaces: undefined as Promise<ReadonlyMap<string, Space>> | undefined };
  const spaces = (signal: AbortSignal) => (known.spaces ??= readSpaces(client, config, signal));
  const names = new Map<string, string>();
  return {
    listings: listingsOf(config),
    account: async (signal) => {
      const me = await client.get<CloudUser>('rest/api/user/current', {}, signal);
      return me.displayName ?? me.publicName ?? me.accountId ?? 'an account without a name';
    },
    spaces,
    spaceReaders,
    walk: async function* (listing, walk, signal) {
      const asked = config.spaces === 'all' ? new Map<string, Space>() : await spaces(signal);
      yield* walkCloud(client, config, asked, listing, walk, signal);
    },
    contents: (kind, ids, hasBodies, signal) => cloudContents(client, config, kind, ids, hasBodies, signal),
    single: (kind, id, signal) => cloudSingle(client, config, kind, id, signal),
    facts: async function* (ids, signal) {
      // Whatever else an id might be is no part of a query.
      const plain = ids.filter((id) => /^\d+$/u.test(id));
      if (plain.length > 0) yield* readFacts(client, `id in (${plain.join(',')})`, naming, signal);
    },
    restriction: (id, signal) => readRestriction(client, id, naming, signal).catch(hidden),
    names: async (authors, signal) => {
      const unknown = [...new Set(authors)].filter((author) => !names.has(author));
      for (let at = 0; at < unknown.length; at += NAMES_AT_ONCE)
        await readNames(client, unknown.slice(at, at + NAMES_AT_ONCE), names, signal);
      return names;
    },
  };
}

function listingsOf({ attachments, comments }: ConfluenceConfig): Listing[] {
  return [
    'page',
    'blogpost',
    ...(attachments ? (['attachment'] as const) : []),
    ...(comments ? (['footer-comment', 'inline-comment'] as const) : []),
  ];
}

function cloudNaming(source: SourceId): Naming<CloudUser, CloudGroup> {
  return {
    user: ({ accountId }) => (accountId ? userPrincipal(source, accountId) : undefined),
    group: ({ id }) => (id ? groupPrincipal(source, id) : undefined),
  };
}

interface CloudSpace {
  readonly id?: string;
  readonly key?: string;
  readonly name?: string;
  readonly type?: string;
}

async function readSpaces(
  client: ConfluenceClient,
  config: ConfluenceConfig,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Space>> {
  const found = new Map<string, Space>();
  const isAll = config.spaces === 'all';
  const query = {
    limit: 250,
    ...(isAll && !config.archived && { status: 'current' }),
    ...(config.spaces !== 'all' && { keys: config.spaces.join(',') }),
  };
  for await (const { results } of linkedPages<CloudSpace>(client, 'api/v2/spaces', query, signal))
    for (const { id, key, name, type } of results)
      if (id !== undefined && (!isAll || config.personalSpaces || type !== 'personal'))
        found.set(id, { id, key: key ?? id, name: name ?? key ?? id });
  return found;
}

/** The search shows our account what it may see, behind by its index: what it does not tell is asked for singly. */
async function* readFacts(
  client: ConfluenceClient,
  cql: string,
  naming: Naming<CloudUser, CloudGroup>,
  signal: AbortSignal,
): AsyncGenerator<ReadonlyMap<string, Facts>> {
  const query = { cql, expand: FACTS, limit: FOUND_AT_ONCE };
  for await (const { results } of linkedPages<Found>(client, 'rest/api/content/search', query, signal)) {
    const facts = new Map<string, Facts>();
    for (const { id, restrictions, metadata } of results) {
      if (id === undefined) continue;
      const restriction = bulkRestriction(restrictions?.read, naming);
      const labels = (metadata?.labels?.results ?? []).flatMap(({ name }) => name ?? []);
      facts.set(id, { labels, ...(restriction && { restriction }) });
    }
    yield facts;
  }
}

/** Apps, former people and the anonymous are normal: fewer may be told than were asked for. */
async function readNames(
  client: ConfluenceClient,
  ids: readonly string[],
  names: Map<string, string>,
  signal: AbortSignal,
): Promise<void> {
  const answer = await client
    .ask<{ readonly results?: readonly CloudUser[] } | undefined>(
      'api/v2/users-bulk',
      { accountIds: ids },
      signal,
    )
    .catch(hidden);
  for (const id of ids) names.set(id, '');
  for (const { accountId, displayName, publicName } of answer?.results ?? [])
    if (accountId) names.set(accountId, displayName ?? publicName ?? '');
}
