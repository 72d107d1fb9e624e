import type { Principal, SourceId } from '@fumikura/model';

export function userPrincipal(source: SourceId, id: string): Principal {
  return `user:${source}:${id}`;
}

export function groupPrincipal(source: SourceId, id: string): Principal {
  return `group:${source}:${id}`;
}

/** Everybody who may use the product; the directory fills it. No group of the source has such an id. */
export function licensedUsers(source: SourceId): Principal {
  return `group:${source}:class/all-licensed-users`;
}

export function authenticated(source: SourceId): Principal {
  return `authenticated:${source}`;
}
