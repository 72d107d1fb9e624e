import type { SimulatedAnswer, SimulatedRequest } from '../kit/simulator.ts';

export interface Keys {
  readonly apiKey?: string;
  readonly readOnlyApiKey?: string;
}

export const OPEN_PATHS = ['/', '/healthz', '/livez', '/readyz'];

/** The refusal of a request without the right key; undefined when it may go on. */
export function checkKey(
  { url, headers, method }: SimulatedRequest,
  { apiKey, readOnlyApiKey }: Keys,
): SimulatedAnswer | undefined {
  if (apiKey === undefined || OPEN_PATHS.includes(url.pathname)) return undefined;
  const given = headers['api-key'] ?? headers['authorization']?.replace(/^Bearer /, '');
  if (given === undefined)
    return { status: 401, body: 'Must provide an API key or an Authorization bearer token' };
  if (given === apiKey) return undefined;
  if (given !== readOnlyApiKey) return { status: 401, body: 'Invalid API key or JWT' };
  // What such a key may read lies below one collection or in the list of them.
  const reads = method === 'GET' || /\/points(?:\/(?:query|query\/batch|scroll|count))?$/.test(url.pathname);
  if (reads && method !== 'PUT') return undefined;
  return {
    status: 403,
    body: { status: { error: 'Forbidden: Global manage access is required' }, time: 0 },
  };
}
