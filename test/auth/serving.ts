import { until } from '@fumikura/testkit';
import type { Home, Running } from '../e2e/fumi.ts';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

/** A server of an installation; several may serve one. */
export interface Serving {
  /** Of `/mcp`. */
  readonly url: string;
  /** Ids that a search shows; the HTTP status where nobody is let in. */
  found(token: string, query: string): Promise<readonly string[] | number>;
  connect(token: string): Promise<Client>;
  /** Resolves when its log holds the text. */
  says(text: string): Promise<void>;
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
  const gone = server.ended.then(({ code, stderr }) => {
    throw new Error(`fumi ended with ${code}: ${stderr.slice(-2_000)}`);
  });
  const printed = until(() => server.printed().includes('\n') && server.printed(), { what: 'its address' });
  const { url } = JSON.parse(await Promise.race([printed, gone])) as { url: string };
  gone.catch(() => undefined);
  const connect = async (token: string) => {
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    const requestInit = { headers: { authorization: `Bearer ${token}` } };
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
    return client;
  };
  return {
    url,
    connect,
    says: server.says,
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
