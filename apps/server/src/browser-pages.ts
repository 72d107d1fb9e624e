import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '@fumikura/logging';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { hostHeaderValidationResponse } from '@modelcontextprotocol/server';
import { LoadGate } from './limits.ts';

/** What people open in a browser. */
export interface BrowserPages {
  readonly paths: ReadonlySet<string>;
  /** Resolves whatever happens. */
  handle(request: Request): Promise<Response>;
  /** 429, for a person to read. */
  busy(request: { readonly headers: IncomingHttpHeaders }, afterSeconds: number): Response;
}

/** An office of a hundred behind one address on the first morning; a program that tries goes slowly. */
const LIMITS = { concurrent: 16, perMinute: 120 };
const MAX_BODY_BYTES = 1_024;

export interface PagesHost {
  /** By what names browsers may come. */
  readonly names: readonly string[];
  readonly logger: Logger;
  readonly now: () => number;
}

/** Pages with a limit of their own for each address: each of them asks an issuer something. */
export function createBrowserPages(pages: BrowserPages, { names, logger, now }: PagesHost) {
  const gate = new LoadGate(LIMITS, now);
  const onerror = (error: Error) =>
    logger.warn('http.request.failed', { message: error.message.slice(0, 300) });
  const handled = (work: (request: Request) => Response | Promise<Response>) =>
    toNodeHandler(
      {
        fetch: async (request) => hostHeaderValidationResponse(request, [...names]) ?? (await work(request)),
      },
      { maxRequestBodySize: MAX_BODY_BYTES, onerror },
    );
  const handle = handled((request) => pages.handle(request));
  return {
    serves: ({ url = '' }: IncomingMessage) => pages.paths.has(url.split('?', 1)[0] ?? ''),
    serve: async (request: IncomingMessage, response: ServerResponse, address: string): Promise<void> => {
      const entered = gate.enter(address);
      if (typeof entered === 'number') return handled(() => pages.busy(request, entered))(request, response);
      response.once('close', entered);
      return handle(request, response);
    },
  };
}
