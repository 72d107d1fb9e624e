import { createHttpClient, createPolicedFetch } from '@fumikura/http';
import type { HttpClient, HttpClock } from '@fumikura/http';
import type { __Name__Config } from './config.ts';

/** Requests at once. */
const CONCURRENCY = 4;

/** Every call goes through here: budgets, waits, back-off and limits are those of `platform/http`. */
export function create__Name__Client({ url, token }: __Name__Config, clock?: HttpClock): HttpClient {
  const baseUrl = new URL(url);
  const fetch = createPolicedFetch({
    home: baseUrl,
    userAgent: 'Fumikura/0.1',
    budgets: [{ name: 'all', concurrency: CONCURRENCY }],
    ...(clock && { clock }),
  });
  const authorise = async () => ({ authorization: `Bearer ${token.reveal()}` });
  return createHttpClient({ fetch, baseUrl, authorise });
}
