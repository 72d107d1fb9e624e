import { once } from 'node:events';
import type { Home, Running } from '../e2e/fumi.ts';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

/** A server of an installation; several may serve one. */
export interface Serving {
  /** Of `/mcp`. */
  readonly url: string;
  /** Ids that a search shows; the HTTP status where nobody is let in. */
  found(token: string, query: string): Promise<readonly string[] | number>;
  connect(token: string): Promise<Client>;
  /** @returns its log */
  stop(): Promise<string>;
}

export async function serve(home: Home, ...more: readonly string[]): Promise<Serving> {
  const server: Running = home.start([
    'up',
    '--json',
    ...(more.includes('--port') ? [] : ['--port', '0']),
    ...more,
  ]);
  const [part] = (await once(server.process.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  const { url } = JSON.parse(part.toString()) as { url: string };
  const connect = async (token: string) => {
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    const requestInit = { headers: { authorization: `Bearer ${token}` } };
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
    return client;
  };
  return {
    url,
    connect,
    found: async (token, query) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const refused = async () => (await fetch(url, { method: 'POST', headers, body: '{}' })).status === 401;
      if (await refused()) return 401;
      let client: Client | undefined;
      try {
        client = await connect(token);
        const { structuredContent } = await client.callTool({
          name: 'search_knowledge',
          arguments: { query },
        });
        const { results = [] } = (structuredContent ?? {}) as { results?: { id: string }[] };
        return results.map(({ id }) => id).sort();
      } catch (error) {
        // What ended between the two questions ended.
        if (await refused()) return 401;
        throw error;
      } finally {
        await client?.close();
      }
    },
    stop: async () => {
      server.process.kill('SIGTERM');
      return (await server.ended).stderr;
    },
  };
}

/** The first time that the work gives what is wanted, in ms; undefined when it never does within the time. */
export async function msUntil(
  isSo: () => Promise<boolean>,
  withinMs: number,
  everyMs = 50,
): Promise<number | undefined> {
  const started = performance.now();
  while (performance.now() - started < withinMs) {
    if (await isSo()) return performance.now() - started;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  return undefined;
}
