import { fetchJson } from './fetch-json.ts';
import { IssuerUnavailable } from './refusal.ts';
import type { Fetch, IssuerSettings } from './types.ts';

/** What an issuer says of itself, read when it is first needed and then once an hour. */
export interface IssuerMetadata {
  /** @throws IssuerUnavailable while it cannot be read, or when it speaks of another issuer */
  read(): Promise<Record<string, unknown>>;
}

const FRESH_MS = 3_600_000;

export function createIssuerMetadata(
  { issuer }: Pick<IssuerSettings, 'issuer'>,
  fetch: Fetch,
  now: () => number,
): IssuerMetadata {
  let known: { readonly at: number; readonly value: Record<string, unknown> } | undefined;
  let reading: Promise<Record<string, unknown>> | undefined;
  const read = async () => {
    try {
      const value = await discover(issuer, fetch);
      known = { at: now(), value };
      return value;
    } catch (error) {
      // What was true an hour ago is better than nobody being able to work; keys are refreshed on their own.
      if (known) return known.value;
      throw error;
    } finally {
      reading = undefined;
    }
  };
  return {
    read: async () => {
      if (known && now() - known.at < FRESH_MS) return known.value;
      return (reading ??= read());
    },
  };
}

/** OpenID Connect Discovery, then RFC 8414; both may be there, and one is enough. */
async function discover(issuer: string, fetch: Fetch): Promise<Record<string, unknown>> {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/u, '');
  const places = [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ];
  let failure: unknown;
  for (const place of places) {
    try {
      const value = await fetchJson(fetch, place);
      if (value['issuer'] === issuer) return value;
      failure = new IssuerUnavailable(`the metadata of ${issuer} is another issuer's`);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
