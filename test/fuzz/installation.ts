import { createAccess, createLinkedDirectory, createLocalDirectory, LOCAL_ISSUER } from '@fumikura/access';
import type { Access, Directory } from '@fumikura/access';
import { createAnswering } from '@fumikura/answering';
import { silentLogger } from '@fumikura/logging';
import { buildServer } from '@fumikura/mcp';
import type { McpDeps, ToolSet } from '@fumikura/mcp';
import { createKnowledge } from '@fumikura/retrieval';
import { createSqliteStore } from '@fumikura/store-sqlite';
import type { SqliteStore } from '@fumikura/store-sqlite';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { World } from './world.ts';

/** The real parts, from the protocol down to the file, and the world that they are about. */
export interface FuzzInstallation {
  readonly world: World;
  readonly store: SqliteStore;
  readonly access: Access;
  readonly directory: Directory;
  readonly ask: Ask;
  close(): Promise<void>;
}

/** One request over MCP as a person; the whole answer as text. */
export type Ask = (person: string, method: string, params: object, tools?: ToolSet) => Promise<string>;

/** Handlers of the protocol for each person, over the same access and knowledge. */
export function asker(persons: readonly string[], parts: Pick<McpDeps, 'access' | 'knowledge'>): Ask {
  const answering = createAnswering(parts);
  const handlers = new Map(
    persons.flatMap((id) =>
      (['knowledge', 'openai'] as const).map((tools) => {
        const deps: McpDeps = {
          ...parts,
          answering,
          logger: silentLogger,
          version: '0',
          resolvePerson: () => ({ issuer: LOCAL_ISSUER, subject: id }),
        };
        const handler = createMcpHandler((context) => buildServer(deps, tools, context));
        return [`${id} ${tools}`, handler] as const;
      }),
    ),
  );
  return async (person, method, params, tools = 'knowledge') => {
    const handler = handlers.get(`${person} ${tools}`);
    if (!handler) throw new Error(`nobody is called ${person}`);
    const answer = await handler.fetch(
      new Request('http://127.0.0.1/mcp', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      }),
    );
    return answer.text();
  };
}

export async function openFuzzInstallation(file: string, seed: number): Promise<FuzzInstallation> {
  const store = await createSqliteStore({ file, inline: true });
  const world = await World.make(store, seed);
  const local = createLocalDirectory(
    world.persons.map(({ id }) => id),
    world.localGroups,
    '1',
  );
  const directory = createLinkedDirectory(local, store.catalog, world.persons);
  const access = createAccess(store.catalog, directory);
  const knowledge = await createKnowledge({ store });
  const ask = asker(
    world.persons.map(({ id }) => id),
    { access, knowledge },
  );
  return {
    world,
    store,
    access,
    directory,
    ask,
    close: () => store.close(),
  };
}
