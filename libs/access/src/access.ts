import { createHash } from 'node:crypto';
import type { PersonId, Principal } from '@fumikura/model';
import type { AccessFilter, Catalog } from '@fumikura/ports';
import { grantAccess } from '@fumikura/ports/grant';
import { LRUCache } from 'lru-cache';
import { withCredential } from './credential.ts';
import type { Directory } from './directory.ts';
import type { Access } from './types.ts';

/** Filters kept at once; each holds 4 bytes per readable acl_id and the names of the person's principals. */
const MAX_CACHED_FILTERS = 2_000;

interface Kept {
  readonly caller: string;
  readonly members: string;
  readonly principals: readonly Principal[];
  /** Of the principals and what `members` names: hashing thousands of names again would take longer than the rest. */
  readonly principalsHash: string;
  readonly lists?: string;
  readonly filter?: AccessFilter;
}

/**
 * The only maker of AccessFilters; two callers never share one, because cursors are bound to it. Cost: two version queries
 * when nothing changed; `Catalog.readableAcls` when lists did; the directory, too, when memberships did.
 */
export function createAccess(catalog: Catalog, directory: Directory): Access {
  const cache = new LRUCache<string, Kept>({ max: MAX_CACHED_FILTERS });
  const expand = async (person: PersonId, members: string): Promise<Kept> => {
    const principals = await directory.principalsOf(person);
    const caller = digest('person', person.issuer, person.subject);
    return { caller, members, principals, principalsHash: digest(caller, ...principals.toSorted(), members) };
  };
  const filterOf = async (person: PersonId): Promise<AccessFilter> => {
    const name = JSON.stringify([person.issuer, person.subject]);
    // Read before what they are versions of: what is read later may be newer than they say, never older.
    const [lists, members] = await Promise.all([catalog.accessVersion(), directory.version()]);
    const known = cache.get(name);
    const isSame = known?.members === members;
    if (isSame && known.lists === lists && known.filter) return known.filter;
    const kept = isSame ? known : await expand(person, members);
    const { caller, principals, principalsHash } = kept;
    if (principals.length === 0) return nothing(caller);
    const { aclIds, version } = await catalog.readableAcls(principals);
    const hash = digest(principalsHash, version);
    const filter = grantAccess({ caller, principals, aclIds, version: `${version}/${members}`, hash });
    // The lists may have changed between the reads: then the versions name an older state, and the filter is not kept.
    cache.set(name, version === lists ? { ...kept, lists, filter } : kept);
    return filter;
  };
  return {
    filterFor: async (person, credential) => {
      const filter = await filterOf(person);
      return credential ? withCredential(filter, credential) : filter;
    },
  };
}

/** A caller who is nobody: every scan finds nothing, every read says "not found". */
function nothing(caller: string): AccessFilter {
  const principals: readonly Principal[] = [];
  return grantAccess({
    caller,
    principals,
    aclIds: new Uint32Array(),
    version: 'nobody',
    hash: digest(caller, 'nobody'),
  });
}

function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
