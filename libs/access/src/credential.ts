import { AppError } from '@fumikura/errors';
import type { SubjectToken } from '@fumikura/exchange';
import { readGrant } from '@fumikura/ports';
import type { AccessFilter } from '@fumikura/ports';
import { grantAccess } from '@fumikura/ports/grant';

const credentials = new WeakMap<AccessFilter, SubjectToken>();

/** The same rights, for one request of somebody who signed in with this: it goes when the request goes, and is no part of any key. */
export function withCredential(filter: AccessFilter, credential: SubjectToken): AccessFilter {
  const grant = readGrant(filter);
  if (!grant) throw new AppError('ACCESS_FILTER_INVALID', 'internal', 'a filter that access did not make');
  const own = grantAccess(grant);
  credentials.set(own, credential);
  return own;
}

export function credentialOf(filter: AccessFilter): SubjectToken | undefined {
  return credentials.get(filter);
}
