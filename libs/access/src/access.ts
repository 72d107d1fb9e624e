import { createHash } from 'node:crypto';
import type { Principal } from '@fumikura/model';
import type { AccessFilter, Catalog } from '@fumikura/ports';
import { grantAccess } from '@fumikura/ports/grant';
import { LRUCache } from 'lru-cache';
import type { Directory } from './directory.ts';
import type { Access } from './types.ts';

/** Filters kept at once; each holds 4 bytes per readable acl_id. */
const MAX_CACHED_FILTERS = 2_000;

/**
 * The only maker of AccessFilters. Two callers with equal principals share one filter's ids but never its cursor key.
 * Cost: one version query when nothing changed, one pass of `Catalog.readableAcls` otherwise.
 */
export function createAccess(catalog: Catalog, directory: Directory): Access {
  const cache = new LRUCache<string, AccessFilter>({ max: MAX_CACHED_FILTERS });
  return {
    filterFor: async (person) => {
      const principals = await directory.principalsOf(person);
      const caller = digest('person', person.issuer, person.subject);
      if (principals.length === 0) return nothing(caller);
      const [lists, members] = await Promise.all([catalog.accessVersion(), directory.version()]);
      const key = digest(caller, ...principals.toSorted(), lists, members);
      const cached = cache.get(key);
      if (cached) return cached;
      const { aclIds, version } = await catalog.readableAcls(principals);
      const filter = grantAccess({ caller, principals, aclIds, version: `${version}/${members}`, hash: key });
      // The lists may have changed between the two reads: then the key names an older state, and it is not kept.
      if (version === lists) cache.set(key, filter);
      return filter;
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
