import { IssuerUnavailable } from './refusal.ts';
import type { Fetch } from './types.ts';

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 512 * 1_024;

/** @throws IssuerUnavailable for anything but a JSON object of a reasonable size */
export async function fetchJson(
  fetch: Fetch,
  url: string,
  init: RequestInit = {},
): Promise<Record<string, unknown>> {
  try {
    const response = await fetch(url, {
      ...init,
      // A key or a verdict comes from the address that was configured, or from nowhere.
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { accept: 'application/json', ...init.headers },
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`status ${response.status}`);
    }
    const text = await bounded(response);
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new Error('no JSON object');
    return value as Record<string, unknown>;
  } catch (cause) {
    throw new IssuerUnavailable(`${new URL(url).origin} did not answer as it must`, { cause });
  }
}

async function bounded(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    if (size > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
