import type { AllowList, DocumentId, PersonId, Principal } from '@fumikura/model';
import type { AccessFilter, Catalog } from '@fumikura/ports';
import { grantAccess } from '@fumikura/ports/grant';
import { LOCAL_ISSUER } from './directory.ts';
import type { Directory } from './directory.ts';
import { sourceOf } from './links.ts';

/** One list of a document's readers, and what of a person is in it. */
export interface ListVerdict {
  readonly list: string;
  /** When the source was asked, ISO 8601 UTC; absent for a list that was never read: it admits nobody. */
  readonly readAt?: string;
  readonly members: number;
  readonly admittedBy: readonly Admission[];
}

export interface Admission {
  readonly principal: Principal;
  /** From the person's account to the principal, groups between them in order of reach; a step may stand for several. */
  readonly path: readonly Principal[];
  /** When the directory that says so was read whole; absent for what the configuration says. */
  readonly directoryReadAt?: string;
}

export interface Explanation {
  readonly document: DocumentId;
  readonly exists: boolean;
  readonly mayRead: boolean;
  readonly principals: number;
  /** Every one has to admit. None at all admits nobody. */
  readonly lists: readonly ListVerdict[];
  /** Denied principals that are the person's: one is enough. */
  readonly deniedBy: readonly Principal[];
}

/** Of any moment. */
export type ReaderFacts = Pick<Catalog, 'known' | 'lists' | 'withGroups' | 'directories'>;
export type ExplainingCatalog = ReaderFacts & Pick<Catalog, 'readableAcls' | 'fieldValues'>;

/**
 * Which list admits or stops a person. Worked out from the lists themselves and not from the filter, so that the caller can hold both
 * against each other. For people with the duty to look, never for whoever asks for a document.
 */
export async function explainAccess(
  person: PersonId,
  document: DocumentId,
  directory: Directory,
  catalog: ReaderFacts,
): Promise<Explanation> {
  const principals = await directory.principalsOf(person);
  const known = (await catalog.known([document])).get(document);
  const facts = { document, exists: known !== undefined, principals: principals.length };
  if (!known) return { ...facts, mayRead: false, lists: [], deniedBy: [] };
  const found = new Map((await catalog.lists(known.acl.allow)).map((list) => [list.id, list]));
  const readAt = new Map((await catalog.directories()).map((each) => [String(each.source), each.readAt]));
  const own = new Set(principals);
  const lists: ListVerdict[] = [];
  for (const id of known.acl.allow) {
    const list = found.get(id);
    const admitting = (list?.members ?? []).filter((member) => own.has(member));
    const admittedBy = await Promise.all(
      admitting.map((principal) => admission(principal, principals, catalog, readAt)),
    );
    lists.push({
      list: id,
      members: list?.members.length ?? 0,
      admittedBy,
      ...(list && { readAt: list.readAt }),
    });
  }
  const deniedBy = (known.acl.deny ?? []).filter((denied) => own.has(denied));
  const isAdmitted = lists.length > 0 && lists.every(({ admittedBy }) => admittedBy.length > 0);
  return { ...facts, mayRead: isAdmitted && deniedBy.length === 0, lists, deniedBy };
}

async function admission(
  principal: Principal,
  own: readonly Principal[],
  catalog: ReaderFacts,
  readAt: ReadonlyMap<string, string>,
): Promise<Admission> {
  if (!principal.startsWith('group:')) return { principal, path: [principal] };
  const local = own.find((each) => each.startsWith(`user:${LOCAL_ISSUER}:`));
  if (principal.startsWith(`group:${LOCAL_ISSUER}:`))
    return { principal, path: [...(local ? [local] : []), principal] };
  const source = sourceOf(principal);
  const accounts = own.filter((each) => each.startsWith('user:'));
  for (const account of accounts) {
    const reached = await catalog.withGroups([account]);
    if (!reached.includes(principal)) continue;
    const path = [account, ...(await between(account, principal, reached, catalog)), principal];
    const at = readAt.get(source);
    return { principal, path, ...(at !== undefined && { directoryReadAt: at }) };
  }
  return { principal, path: [principal] };
}

/** Groups that hold the one and are held by the other, the nearest first. */
async function between(
  from: Principal,
  to: Principal,
  reached: readonly Principal[],
  catalog: ReaderFacts,
): Promise<Principal[]> {
  const inner = reached.filter((each) => each !== from && each !== to);
  const reach = await Promise.all(
    inner.map(async (group) => ({ group, holds: await catalog.withGroups([group]) })),
  );
  return reach
    .filter(({ holds }) => holds.includes(to))
    .sort((a, b) => b.holds.length - a.holds.length)
    .map(({ group }) => group);
}

/** Who can read a document, of the persons given. */
export async function readersOf(
  document: DocumentId,
  persons: readonly PersonId[],
  directory: Directory,
  catalog: ReaderFacts,
): Promise<{ readonly lists: readonly AllowList[]; readonly readers: readonly Explanation[] } | undefined> {
  const known = (await catalog.known([document])).get(document);
  if (!known) return undefined;
  const readers: Explanation[] = [];
  for (const person of persons) readers.push(await explainAccess(person, document, directory, catalog));
  return { lists: await catalog.lists(known.acl.allow), readers };
}

export interface PrincipalReview {
  readonly principal: Principal;
  /** The persons who are it, of those given. */
  readonly persons: readonly PersonId[];
  /** What it opens by itself: documents by source. A document that also needs another list is not among them. */
  readonly opens: readonly { readonly source: string; readonly documents: number }[];
}

/** What a group, or any other principal, opens, and to whom. */
export async function reviewPrincipal(
  principal: Principal,
  persons: readonly PersonId[],
  directory: Directory,
  catalog: ExplainingCatalog,
): Promise<PrincipalReview> {
  const holders: PersonId[] = [];
  for (const person of persons)
    if ((await directory.principalsOf(person)).includes(principal)) holders.push(person);
  const filter = await filterOfPrincipals([principal], catalog);
  return { principal, persons: holders, opens: await documentsBySource(filter, catalog) };
}

/** Documents by source that a person may read. */
export async function reachOf(
  person: PersonId,
  directory: Directory,
  catalog: ExplainingCatalog,
): Promise<PrincipalReview['opens']> {
  const principals = await directory.principalsOf(person);
  if (principals.length === 0) return [];
  return documentsBySource(await filterOfPrincipals(principals, catalog), catalog);
}

const MAX_SOURCES = 1_000;

async function documentsBySource(
  filter: AccessFilter,
  catalog: ExplainingCatalog,
): Promise<PrincipalReview['opens']> {
  const values = await catalog.fieldValues('source', filter, MAX_SOURCES);
  return values.map(({ value, documents }) => ({ source: value, documents }));
}

/** Never leaves this file: what it admits is counted, not shown. */
async function filterOfPrincipals(
  principals: readonly Principal[],
  catalog: ExplainingCatalog,
): Promise<AccessFilter> {
  const { aclIds, version } = await catalog.readableAcls(principals);
  const caller = `review of ${principals.join()}`;
  return grantAccess({ caller, principals, aclIds, version, hash: `${caller}/${version}` });
}
