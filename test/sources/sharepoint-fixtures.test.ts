import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { startSimulator } from '../simulators/kit/simulator.ts';
import { sharepointConnector } from './sharepoint-world.ts';

const folder = new URL('../../../shared/fixtures/graph/', import.meta.url);
const skip = existsSync(folder) ? false : 'the recorded payloads are not beside the checkout';
const signal = new AbortController().signal;

interface Recorded {
  readonly exchanges: readonly {
    readonly request: { readonly url: string };
    readonly response: { readonly body?: unknown };
  }[];
}
type Item = Record<string, unknown> & { readonly id: string; readonly name: string };

function recorded(file: string): Recorded['exchanges'] {
  return (JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Recorded).exchanges;
}

/** Every recorded item of a library, each once. */
function items(): Item[] {
  const all = readdirSync(folder)
    .filter((name) => name.startsWith('drive-children'))
    .flatMap(recorded)
    .flatMap(({ response }) => (response.body as { value?: Item[] } | undefined)?.value ?? []);
  return [...new Map(all.filter(({ id, name }) => id && name).map((item) => [item.id, item])).values()];
}

function permissions(): unknown[] {
  return recorded('permissions.json').flatMap(({ response }) => {
    const body = response.body as { value?: unknown[]; id?: string } | undefined;
    return body?.value ?? (body?.id ? [body] : []);
  });
}

describe('recorded payloads of Graph', { skip }, () => {
  it('map every file to title, address, version, times and readers', async () => {
    const all = items();
    const files = all.filter(({ folder: isFolder }) => !isFolder);
    assert.ok(files.length > 5);
    const simulator = await startSimulator({
      answer: ({ url, body }) => {
        if (url.pathname.endsWith('/token'))
          return { status: 200, body: { access_token: 'a.e30.c', expires_in: 3_600 } };
        if (url.pathname.endsWith('getAllSites')) return { status: 200, body: { value: [{ id: 'a,b,c' }] } };
        if (url.pathname.endsWith('/drives')) return { status: 200, body: { value: [{ id: 'b!drive' }] } };
        if (url.pathname.endsWith('/delta'))
          return { status: 200, body: { value: all, '@odata.deltaLink': `${simulator.url}/v1.0/next` } };
        if (url.pathname.endsWith('/$batch')) {
          const { requests } = body as { requests: { id: string }[] };
          const value = permissions();
          return {
            status: 200,
            body: { responses: requests.map(({ id }) => ({ id, status: 200, body: { value } })) },
          };
        }
        if (/\/items\/[^/]+$/u.test(url.pathname)) return { status: 200, body: { id: 'root', root: {} } };
        return { status: 200, body: { value: [] } };
      },
    });
    const found = new Map<string, number>();
    let members = 0;
    for await (const { changes } of sharepointConnector(simulator.url).pull(undefined, signal))
      for (const change of changes) {
        if (change.kind === 'list') members += change.list.members.length;
        if (change.kind !== 'upsert') continue;
        const { document } = change;
        const { title, url, version, createdAt, updatedAt, acl } = document;
        assert.ok(title && url && version && createdAt && updatedAt && acl.allow.length === 1, document.id);
        found.set(document.id, 1);
      }
    await simulator.close();
    assert.equal(found.size, files.length);
    // What was recorded is links of their holders, a link that names nobody, and a site group that is not mapped.
    assert.equal(members, 0);
  });
});
