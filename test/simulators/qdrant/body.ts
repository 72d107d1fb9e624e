import type { SimulatedRequest } from '../kit/simulator.ts';
import { withLargeIds } from './ids.ts';
import { checkJson } from './json-text.ts';
import { badFormat, Refusal, Unreadable } from './refusal.ts';

const MAX_BODY = 33_554_432;

/** Of a request that was parsed before, without its text, what was parsed. @param kind of the body in the server's own terms, which its messages name */
export function bodyOf({ raw, body }: SimulatedRequest, kind?: string): Readonly<Record<string, unknown>> {
  if (raw.byteLength > MAX_BODY)
    throw new Refusal(
      400,
      `JSON payload (${raw.byteLength} bytes) is larger than allowed (limit: ${MAX_BODY} bytes).`,
    );
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(raw);
  const isTold = text === '' && body !== undefined;
  if (!isTold) checkJson(text, body !== undefined);
  // Whatever the content type says.
  const found = /"id"\s*:\s*\d{16}/.test(text) ? withLargeIds(text) : (body ?? JSON.parse(text));
  if (found === null && kind !== undefined) throw badFormat(`invalid type: null, expected struct ${kind}`);
  if (found === null || typeof found !== 'object')
    throw new Unreadable('the wording for bodies that are no JSON object');
  return found as Readonly<Record<string, unknown>>;
}
