import { createHash, randomUUID } from 'node:crypto';
import { toAppError } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';
import type { Identity } from '../auth/types.ts';
import type { BrowserPages } from '../browser-pages.ts';
import { createCodeFlow } from './code-flow.ts';
import type { CodeFlowOptions } from './code-flow.ts';
import { headersWith, pageResponse } from './page.ts';
import { createPendingCookie, PENDING_MINUTES } from './pending-cookie.ts';
import type { PendingCookieOptions } from './pending-cookie.ts';
import { SignInRefused } from './refusal.ts';
import { PAGE_TEXTS, pageLanguage } from './texts.ts';

export const SIGN_IN_PATH = '/slack/sign-in';
export const SIGNED_IN_PATH = '/slack/signed-in';

/** A code that serves once, and for whom. */
export interface GivenCode {
  readonly code: string;
  /** How the person is called. */
  readonly name: string;
  readonly holdsMs: number;
}

export interface SlackSignInOptions extends Omit<CodeFlowOptions, 'redirectUri'> {
  /** Scheme, host and port by which browsers reach us; no slash at the end. */
  readonly publicUrl: string;
  readonly cookieKey: PendingCookieOptions['key'];
  /** @returns false when a server has used it before */
  readonly useOnce: (hash: string, expiresAt: number) => Promise<boolean>;
  /** Written down before it resolves. Undefined for somebody who is no person here, or none any more. */
  readonly giveCode: (identity: Identity) => Promise<GivenCode | undefined>;
  /** Told of each refusal before the browser is. */
  readonly onRefused: (refused: SignInRefused) => Promise<void>;
  readonly logger: Logger;
}

/**
 * The way by the browser to a code for Slack: the person signs in at the company's issuer and reads a code, which they say to the
 * bot. A link to it may be passed on: whoever follows it gets a code of their own, which the sender does not see.
 */
export function createSlackSignIn(options: SlackSignInOptions): BrowserPages {
  const { publicUrl, now = Date.now } = options;
  const returnUrl = new URL(`${publicUrl}${SIGNED_IN_PATH}`);
  const flow = createCodeFlow({ ...options, redirectUri: returnUrl.href });
  const cookie = createPendingCookie({ key: options.cookieKey, returnUrl, now });

  const begin = async (): Promise<Response> => {
    const { address, pending } = await flow.begin();
    const headers = { ...headersWith(), location: address.href, 'set-cookie': await cookie.keep(pending) };
    return new Response(null, { status: 302, headers });
  };

  const signedIn = async (request: Request): Promise<GivenCode> => {
    const pending = await cookie.read(request.headers.get('cookie'));
    if (!pending) throw new SignInRefused('not-begun', 'no cookie of a sign-in');
    const { search, searchParams } = new URL(request.url);
    // Before it is marked as used: an answer to something else leaves it as it is.
    if (searchParams.get('state') !== pending.state) throw new SignInRefused('not-begun', 'another state');
    const hash = createHash('sha256').update(pending.state).digest('base64url');
    if (!(await options.useOnce(hash, now() + PENDING_MINUTES * 60_000)))
      throw new SignInRefused('used', 'the sign-in was used before');
    const given = await options.giveCode(await flow.finish(search, pending));
    if (!given) throw new SignInRefused('nobody', 'no person here');
    return given;
  };

  const codePage = (request: Request, { code, name, holdsMs }: GivenCode): Response => {
    const language = pageLanguage(request.headers.get('accept-language'));
    const texts = PAGE_TEXTS[language];
    const until = new Date(now() + holdsMs).toISOString().slice(11, 16);
    const said = [texts.say, texts.keep, texts.ends(holdsMs / 60_000, until)];
    return pageResponse(
      {
        ...{ language, title: texts.title, paragraphs: [texts.signedInAs(name), ...said] },
        code: { text: `link ${code}`, shownAfter: 2 },
      },
      200,
      { 'set-cookie': cookie.forget },
    );
  };

  return {
    paths: new Set([SIGN_IN_PATH, SIGNED_IN_PATH]),
    handle: async (request) => {
      if (request.method !== 'GET') return new Response(null, { status: 405, headers: { allow: 'GET' } });
      try {
        if (new URL(request.url).pathname === SIGN_IN_PATH) return await begin();
        return codePage(request, await signedIn(request));
      } catch (error) {
        return refusal(request, error, options);
      }
    },
    busy: (request, seconds) => {
      const language = pageLanguage(request.headers['accept-language'] ?? null);
      const { failed, busy } = PAGE_TEXTS[language];
      const page = { language, title: failed, paragraphs: [busy(seconds)] };
      return pageResponse(page, 429, { 'retry-after': String(seconds) });
    },
  };
}

const STATUS = { 'issuer-away': 503, nobody: 403 } as const;

/** What happened, in our words: nothing of what the issuer or the address said. */
async function refusal(
  request: Request,
  error: unknown,
  { logger, onRefused }: SlackSignInOptions,
): Promise<Response> {
  const language = pageLanguage(request.headers.get('accept-language'));
  const texts = PAGE_TEXTS[language];
  const again = { path: SIGN_IN_PATH, words: texts.again };
  try {
    if (!(error instanceof SignInRefused)) throw error;
    await onRefused(error);
    const status = error.why in STATUS ? STATUS[error.why as keyof typeof STATUS] : 400;
    return pageResponse(
      { language, title: texts.failed, paragraphs: [texts.refusals[error.why]], link: again },
      status,
    );
  } catch (cause) {
    const reference = randomUUID();
    logger.error('slack.sign-in.failed', { reference, message: toAppError(cause).message });
    return pageResponse({ language, title: texts.failed, paragraphs: [texts.broken(reference)] }, 500);
  }
}
