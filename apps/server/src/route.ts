import { randomUUID } from 'node:crypto';
import { toAppError } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';
import { hostHeaderValidationResponse, originValidationResponse } from '@modelcontextprotocol/server';
import type { SignIn } from './auth/gate.ts';
import type { AuthenticatedInfo } from './auth/types.ts';
import { internalError, plainText, tooManyRequests } from './answers.ts';
import type { LoadGate } from './limits.ts';
import { LOOPBACK_NAMES } from './loopback.ts';

/** `auth`: whose request it is, when people have to sign in. */
export type Handle = (request: Request, auth?: AuthenticatedInfo) => Promise<Response>;

export interface RouteOptions {
  /** Path → what answers there. */
  readonly endpoints: ReadonlyMap<string, Handle>;
  /** Absent: everybody who gets here is the one person of this machine. */
  readonly signIn?: SignIn;
  /** Beside those of loopback. */
  readonly hosts: readonly string[];
  readonly persons: LoadGate;
  readonly logger: Logger;
}

/** Everything before MCP: where the request comes from, where it goes, and whether its person asks too much. */
export function createRoute(options: RouteOptions): Handle {
  const { endpoints, signIn, persons, logger } = options;
  const names = [...LOOPBACK_NAMES, ...options.hosts];
  return async (request) => {
    // Names, not addresses, are what a rebinding attack gets wrong.
    const refused = hostHeaderValidationResponse(request, names) ?? originValidationResponse(request, names);
    if (refused) return refused;
    const { pathname } = new URL(request.url);
    const metadata = await signIn?.metadata(request);
    if (metadata) return metadata;
    const handle = endpoints.get(pathname);
    if (!handle) return plainText(404, 'Not found. The MCP endpoint is /mcp.');
    try {
      const auth = await signIn?.authenticate(request);
      if (auth instanceof Response) return auth;
      return await admitted(persons, callerKey(auth), () => handle(request, auth));
    } catch (cause) {
      const reference = randomUUID();
      logger.error('http.request.failed', { reference, message: toAppError(cause).message });
      return internalError(reference);
    }
  };
}

/** Limits are a person's, whatever the number of their tokens. */
function callerKey(auth: AuthenticatedInfo | undefined): string {
  return auth ? JSON.stringify([auth.extra.identity.issuer, auth.extra.identity.subject]) : 'local';
}

async function admitted(gate: LoadGate, caller: string, handle: () => Promise<Response>): Promise<Response> {
  const entered = gate.enter(caller);
  if (typeof entered === 'number') return tooManyRequests(entered);
  try {
    return whenRead(await handle(), entered);
  } catch (error) {
    entered();
    throw error;
  }
}

/** A streamed answer counts as running until its last byte is read, or nobody reads it any more. */
function whenRead(response: Response, done: () => void): Response {
  if (!response.body) {
    done();
    return response;
  }
  const reader = response.body.getReader();
  let isOpen = true;
  const end = () => {
    if (isOpen) done();
    isOpen = false;
  };
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done: isDone, value } = await reader.read().catch((error: unknown) => {
        end();
        throw error;
      });
      if (!isDone) return controller.enqueue(value);
      end();
      controller.close();
    },
    cancel(reason) {
      end();
      return reader.cancel(reason);
    },
  });
  return new Response(body, response);
}
