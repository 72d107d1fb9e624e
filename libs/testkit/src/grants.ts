import type { Principal } from '@fumikura/model';
import type { AccessFilter } from '@fumikura/ports';
import { grantAccess } from '@fumikura/ports/grant';

let made = 0;

/** A filter for tests: these acl_ids, these principals; never equal to another one in a cache. */
export function testAccess(aclIds: readonly number[], principals: readonly Principal[] = []): AccessFilter {
  const sorted = Uint32Array.from(aclIds).sort();
  return grantAccess({
    caller: `test${made}`,
    principals,
    aclIds: sorted,
    version: 'test',
    hash: `test${made++}`,
  });
}
