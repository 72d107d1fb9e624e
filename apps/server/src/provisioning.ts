import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { toAppError } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { plainText } from './answers.ts';

/** Where directories of the company tell of people: below `path`, proven by their own token. */
export interface Provisioning {
  readonly path: string;
  readonly handle: (request: Request) => Promise<Response>;
}

/** A group with some ten thousand members. */
const MAX_BODY_BYTES = 4 * 1_024 * 1_024;

export function createProvisioning(
  { handle }: Provisioning,
  logger: Logger,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const fetch = async (request: Request) => {
    try {
      return await handle(request);
    } catch (cause) {
      const reference = randomUUID();
      logger.error('provisioning.failed', { reference, message: toAppError(cause).message });
      // The client sends it again later: nothing of it was done.
      return plainText(503, `Something went wrong here. Reference: ${reference}.`);
    }
  };
  return toNodeHandler(
    { fetch },
    {
      maxRequestBodySize: MAX_BODY_BYTES,
      onerror: (error) => logger.warn('http.request.failed', { message: error.message.slice(0, 300) }),
    },
  );
}
