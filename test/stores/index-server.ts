import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { removeCollections, serverElsewhere } from '../simulators/qdrant/elsewhere.ts';
import type { ServerElsewhere } from '../simulators/qdrant/elsewhere.ts';
import { startQdrant } from '../simulators/qdrant/server.ts';

export interface IndexServer {
  readonly options: ServerElsewhere & { readonly name: string; readonly attempts: number };
  close(): Promise<void>;
}

/** A real server where FUMI_TEST_QDRANT_URL names one, under a name of its own; the stand-in otherwise. */
export async function indexServer(): Promise<IndexServer> {
  const server = serverElsewhere();
  const name = `test_${randomUUID().slice(0, 8)}`;
  // A server closes what was idle for a moment; that is met once, and asked again.
  if (server)
    return { options: { ...server, name, attempts: 3 }, close: () => removeCollections(server, name) };
  const standIn = await startQdrant();
  const close = async () => {
    await standIn.close();
    // Of every request that any case made: only what the vendor's description of the server has.
    assert.deepEqual(standIn.violations, []);
  };
  return { options: { url: standIn.url, name, attempts: 1 }, close };
}
