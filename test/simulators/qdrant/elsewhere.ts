/** A server that was not started here: what is on it is somebody's, but for collections under names of our own. */
export interface ServerElsewhere {
  readonly url: string;
  readonly apiKey?: { reveal(): string };
}

/** What FUMI_TEST_QDRANT_URL names, with the key of FUMI_TEST_QDRANT_API_KEY. */
export function serverElsewhere(variables: NodeJS.ProcessEnv = process.env): ServerElsewhere | undefined {
  const { FUMI_TEST_QDRANT_URL: url = '', FUMI_TEST_QDRANT_API_KEY: key = '' } = variables;
  if (url === '') return undefined;
  return { url: url.replace(/\/+$/, ''), ...(key !== '' && { apiKey: { reveal: () => key } }) };
}

export function headersFor({ apiKey }: Pick<ServerElsewhere, 'apiKey'>): Record<string, string> {
  return { 'content-type': 'application/json', ...(apiKey && { 'api-key': apiKey.reveal() }) };
}

/** Collections that an index of this name made, with their aliases. */
export async function removeCollections(server: ServerElsewhere, name: string): Promise<void> {
  const headers = headersFor(server);
  const answer = await fetch(`${server.url}/collections`, { headers });
  if (!answer.ok)
    throw new Error(`the collections cannot be listed: ${answer.status} ${await answer.text()}`);
  const { result } = (await answer.json()) as { result: { collections: { name: string }[] } };
  for (const each of result.collections.filter((one) => one.name.startsWith(`${name}_`))) {
    const removed = await fetch(`${server.url}/collections/${each.name}`, { method: 'DELETE', headers });
    if (!removed.ok) throw new Error(`${each.name} cannot be removed: ${removed.status}`);
  }
}
