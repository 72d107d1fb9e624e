import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernHttp,
} from '@modelcontextprotocol/client';
import type { OAuthClientProvider, StoredOAuthTokens } from '@modelcontextprotocol/client';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { OAuthClientProvider as OldProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import { CLIENT_ID, REDIRECT_URI } from './provider.ts';
import type { TestProvider } from './provider.ts';

export type Era = 'new client, modern' | 'new client, legacy' | 'old client';
export const ERAS: readonly Era[] = ['new client, modern', 'new client, legacy', 'old client'];

/** A client with somebody at it who signs in when asked. */
export interface SignedInClient {
  /** Opens the browser when the server asks for it, and goes on. */
  call(
    tool: string,
    args: Record<string, unknown>,
  ): Promise<{ isError?: boolean; structuredContent?: unknown; content?: unknown }>;
  read(uri: string): Promise<unknown>;
  tokens: { access_token: string; token_type: string; refresh_token?: string; scope?: string } | undefined;
  /** How often somebody had to sign in. */
  signIns: number;
  close(): Promise<void>;
}

interface Memory {
  tokens: StoredOAuthTokens | undefined;
  verifier: string;
  pending: URL | undefined;
}

const info = { name: 'sign-in-test', version: '1' };

/** A client that was registered beforehand, as companies do it. */
function providerOf(memory: Memory): OAuthClientProvider & OldProvider {
  return {
    redirectUrl: REDIRECT_URI,
    clientMetadata: { redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: 'none' },
    clientInformation: () => ({ client_id: CLIENT_ID }),
    tokens: () => memory.tokens,
    saveTokens: (tokens) => void (memory.tokens = tokens as StoredOAuthTokens),
    redirectToAuthorization: (address) => void (memory.pending = address),
    saveCodeVerifier: (verifier) => void (memory.verifier = verifier),
    codeVerifier: () => memory.verifier,
  };
}

export async function signedIn(era: Era, url: string, provider: TestProvider): Promise<SignedInClient> {
  const memory: Memory = { tokens: undefined, verifier: '', pending: undefined };
  let signIns = 0;
  const connect = async () => {
    const authProvider = providerOf(memory);
    if (era === 'old client') {
      const transport = new OldHttp(new URL(url), { authProvider });
      const client = new OldClient(info);
      const finish = (back: URL) => transport.finishAuth(back.searchParams.get('code') ?? '');
      return { client, transport, finish, open: () => client.connect(transport as never) };
    }
    const transport = new ModernHttp(new URL(url), { authProvider });
    const client = new ModernClient(
      info,
      era === 'new client, modern' ? { versionNegotiation: { mode: 'auto' } } : {},
    );
    const finish = (back: URL) => transport.finishAuth(back.searchParams);
    return { client, transport, finish, open: () => client.connect(transport) };
  };
  let connection = await connect();
  /** Once more after signing in; what fails without having asked for that is the caller's to see. */
  const withSignIn = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (!memory.pending) throw error;
      const address = memory.pending;
      memory.pending = undefined;
      signIns++;
      await connection.finish(await provider.browse(address));
      return work();
    }
  };
  await withSignIn(async () => {
    const finish = connection.finish;
    connection = { ...(await connect()), finish };
    await connection.open();
  });
  return {
    call: (name, args) => withSignIn(() => connection.client.callTool({ name, arguments: args }) as never),
    read: (uri) => withSignIn(() => connection.client.readResource({ uri }) as never),
    get tokens() {
      return memory.tokens as SignedInClient['tokens'];
    },
    set tokens(tokens) {
      memory.tokens = tokens as StoredOAuthTokens | undefined;
    },
    get signIns() {
      return signIns;
    },
    close: () => connection.client.close(),
  };
}
