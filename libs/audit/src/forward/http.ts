import type { StoredRecord } from '../types.ts';
import type { Deliver } from './forward.ts';

export interface HttpTargetOptions {
  readonly url: string;
  /** Value of `Authorization`. */
  readonly authorization?: string;
  readonly message: (record: StoredRecord) => string;
  readonly fetch?: typeof fetch;
}

const TIMEOUT_MS = 15_000;

/** One value a line, by POST. Only a success counts; a redirect is none, because the credential would go with it. */
export function httpTarget({
  url,
  authorization,
  message,
  fetch = globalThis.fetch,
}: HttpTargetOptions): Deliver {
  return async (records, signal) => {
    const response = await fetch(url, {
      method: 'POST',
      body: records.map((record) => `${message(record)}\n`).join(''),
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      headers: {
        'content-type': 'application/x-ndjson',
        ...(authorization !== undefined && { authorization }),
      },
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`${new URL(url).host} answered ${response.status}`);
  };
}
