import { AppError } from '@fumikura/errors';
import type { HttpClient } from '@fumikura/http';

type Headers = Readonly<Record<string, string>>;

const PATH = 'wiki/api/v2/admin-key';
/** The site's own default is ten; a request may wait for some of it in our queue. */
const MINUTES = 30;
const RENEWED_AFTER_MS = (MINUTES / 2) * 60_000;

/**
 * What lets an administrator's requests see restricted content for a while. Renewed long before its end: without it a
 * listing would end early and look whole. It ends by itself after the last request.
 * @param http without the key
 */
export function createAdminKey(
  http: HttpClient,
  now: () => number,
): (signal: AbortSignal) => Promise<Headers> {
  let held: { readonly since: number; readonly key: Promise<Headers> } | undefined;
  return (signal) => {
    if (held && now() - held.since < RENEWED_AFTER_MS) return held.key;
    const own = { since: now(), key: ask(http, signal) };
    held = own;
    own.key.catch(() => {
      if (held === own) held = undefined;
    });
    return own.key;
  };
}

async function ask(http: HttpClient, signal: AbortSignal): Promise<Headers> {
  const body = { durationInMinutes: MINUTES };
  await http.json({ method: 'POST', path: PATH, body, signal }).catch((cause: unknown) => {
    if (!(cause instanceof AppError) || !['not-found', 'permission'].includes(cause.kind)) throw cause;
    const message =
      'Confluence gives our account no admin key: that takes an administrator of the organisation or site, and a Premium or Enterprise site. Without adminKey what the account may read is read.';
    throw new AppError('SOURCE_FORBIDDEN', 'permission', message, { publicMessage: message, cause });
  });
  return { 'atl-confluence-with-admin-key': 'true' };
}
