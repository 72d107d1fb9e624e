import { randomUUID } from 'node:crypto';
import { startQdrant } from '../simulators/qdrant/server.ts';

export interface IndexServer {
  readonly options: { readonly url: string; readonly name: string };
  close(): Promise<void>;
}

/** A real server where FUMI_TEST_QDRANT_URL names one, under a name of its own; the stand-in otherwise. */
export async function indexServer(): Promise<IndexServer> {
  const url = process.env['FUMI_TEST_QDRANT_URL'];
  const name = `test_${randomUUID().slice(0, 8)}`;
  if (url === undefined || url === '') {
    const { url: standIn, close } = await startQdrant({ judged: false });
    return { options: { url: standIn, name }, close };
  }
  return { options: { url, name }, close: () => removeCollections(url, name) };
}

async function removeCollections(url: string, name: string): Promise<void> {
  const answer = (await (await fetch(`${url}/collections`)).json()) as {
    result: { collections: { name: string }[] };
  };
  for (const each of answer.result.collections)
    if (each.name.startsWith(`${name}_`))
      await fetch(`${url}/collections/${each.name}`, { method: 'DELETE' });
}
