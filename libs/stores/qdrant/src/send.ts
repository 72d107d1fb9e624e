import { Agent as PlainAgent, request as plainRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { unreachable } from './failures.ts';

export interface Server {
  readonly host: string;
  readonly port: number;
  readonly https: boolean;
  /** Path before the server's own, without a slash at its end. */
  readonly prefix?: string;
}

/** Sends a body that is JSON already. @returns the `result` of the answer */
export type Send = (
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: string | Uint8Array,
) => Promise<unknown>;

/** Connections without work are closed before the server does it, which is after five seconds. */
const IDLE_MS = 4_000;

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: IncomingMessage['headers'];
}

/**
 * For everything that is asked while questions are answered and documents come. The client hands each value of a request
 * and of its answer to a function of its own, which costs more than many a search, and more than making the points of a
 * write: both are thousands of values. And it keeps connections longer than the server does.
 */
export function createSend({
  host,
  port,
  https,
  prefix = '',
  apiKey,
  timeoutMs,
}: Server & { readonly apiKey?: string; readonly timeoutMs: number }): Send {
  const idle = { keepAlive: true, timeout: IDLE_MS };
  const agent = https ? new SecureAgent(idle) : new PlainAgent(idle);
  const place = { host: host.replace(/^\[(.*)\]$/, '$1'), port, agent };
  const request = https ? secureRequest : plainRequest;
  const send = (path: string, body: Uint8Array, method: string) =>
    new Promise<Answer>((resolve, reject) => {
      const failed = (error: Error) => reject(unreachable(error.message, error));
      const headers = {
        'content-type': 'application/json',
        'content-length': body.byteLength,
        ...(apiKey !== undefined && { 'api-key': apiKey }),
      };
      const sent = request({ ...place, path: `${prefix}${path}`, method, headers }, (incoming) => {
        textOf(incoming, failed, (text) =>
          resolve({ status: incoming.statusCode ?? 0, text, headers: incoming.headers }),
        );
      });
      const late = () => sent.destroy(new Error(`no answer within ${timeoutMs} ms`));
      const timer = setTimeout(late, timeoutMs);
      sent
        .on('error', failed)
        .on('close', () => clearTimeout(timer))
        .end(body);
    });
  return async (method, path, body = '') => {
    const answer = await send(path, typeof body === 'string' ? Buffer.from(body) : body, method);
    if (answer.status === 200) return (JSON.parse(answer.text) as { result: unknown }).result;
    throw refusalOf(answer);
  };
}

function textOf(
  incoming: IncomingMessage,
  failed: (error: Error) => void,
  done: (text: string) => void,
): void {
  const parts: Buffer[] = [];
  incoming
    .on('data', (part: Buffer) => parts.push(part))
    .on('error', failed)
    .on('end', () => done(Buffer.concat(parts).toString('utf8')));
}

function refusalOf({ status, text, headers }: Answer): Error {
  const isJson = headers['content-type']?.includes('json') ?? false;
  return Object.assign(new Error(text.slice(0, 200)), {
    status,
    retry_after: headers['retry-after'],
    ...(isJson && { data: JSON.parse(text) as unknown }),
  });
}
