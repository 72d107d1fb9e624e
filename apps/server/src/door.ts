import type { IncomingMessage, ServerResponse } from 'node:http';
import { encodedBody, overloaded, plainText, tooManyRequests } from './answers.ts';
import type { AddressOf } from './client-address.ts';
import type { LoadGate } from './limits.ts';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const HOST = /^[\w.-]+(?::\d+)?$|^\[[\da-f:.]+\](?::\d+)?$/iu;

/** What nothing behind it should have to understand. */
function refusalOf({ method, url = '', headers, rawHeaders }: IncomingMessage): Response | undefined {
  if (!METHODS.has(method ?? '')) return plainText(405, 'This method is not served here.');
  const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host').length;
  if (hosts !== 1 || !HOST.test(headers.host ?? ''))
    return plainText(400, 'Send one Host header with a name.');
  const isAddress = /^(?:\/|https?:\/\/)/iu.test(url) && URL.canParse(url, `http://${headers.host}`);
  if (!isAddress) return plainText(400, 'Send an address that can be read.');
  const encoding = headers['content-encoding'] ?? 'identity';
  return encoding === 'identity' ? undefined : encodedBody();
}

/** Who is let in, before anything of a request is read. */
export interface Door {
  readonly addressOf: AddressOf;
  readonly addresses: LoadGate;
  readonly isFull: () => boolean;
}

/** Before anything of a request is read: an address that asks too much does not get to send bodies. */
export function admit(
  door: Door,
  request: IncomingMessage,
  response: ServerResponse,
  serve: () => void,
): void {
  if (door.isFull()) return refuse(response, overloaded());
  const malformed = refusalOf(request);
  if (malformed) return refuse(response, malformed);
  const entered = door.addresses.enter(askerOf(door, request));
  if (typeof entered === 'number') return refuse(response, tooManyRequests(entered));
  response.once('close', entered);
  serve();
}

/** The address that asks. */
export function askerOf(
  { addressOf }: Pick<Door, 'addressOf'>,
  { headers, socket }: IncomingMessage,
): string {
  const forwarded = headers['x-forwarded-for'];
  const said = Array.isArray(forwarded) ? forwarded.join() : forwarded;
  return addressOf(socket.remoteAddress ?? '', said);
}

function refuse(response: ServerResponse, refusal: Response): void {
  response.writeHead(refusal.status, { ...Object.fromEntries(refusal.headers), connection: 'close' });
  void refusal.text().then((body) => response.end(body));
}
