import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SourceDocument } from '@fumikura/model';
import { createLogger } from '@fumikura/logging';
import type { Change, Connector } from '@fumikura/ports';
import { startSimulator } from '../simulators/kit/simulator.ts';
import type { SimulatedAnswer, SimulatedRequest } from '../simulators/kit/simulator.ts';
import { confluenceConnector, ID } from './confluence-world.ts';
import {
  isRecorded,
  recorded,
  recordedFiles,
  recordedPages,
  valueOf,
  wordsKept,
} from './confluence-recorded.ts';
import type { Payload } from './confluence-recorded.ts';

const skip = isRecorded ? false : 'the recorded payloads are not beside the checkout';
const signal = new AbortController().signal;
const ok = (body: unknown): SimulatedAnswer => ({ status: 200, body });
const list = (results: readonly unknown[]) =>
  ok({ results, start: 0, limit: results.length + 1, _links: {} });
const decoder = new TextDecoder();

/** Payloads of questions that are not asked: a search of another kind, and the audit log. */
const NOT_ASKED = ['anonymised-cql-search.json', 'cloud-audit-record.json'];
const body = (file: string) => recorded(file)[0]?.response.body ?? {};

interface Told {
  readonly documents: ReadonlyMap<string, SourceDocument>;
  /** Members of the lists. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
  readonly closed: string;
}

async function read(
  deployment: 'cloud' | 'data-center',
  answer: (request: SimulatedRequest) => SimulatedAnswer | undefined,
  pull: (connector: Connector) => AsyncIterable<{ readonly changes: readonly unknown[] }> = (connector) =>
    connector.pull(undefined, signal),
): Promise<Told> {
  const simulator = await startSimulator({ answer });
  const lines: string[] = [];
  const logger = createLogger('warn', (line) => lines.push(line));
  const documents = new Map<string, SourceDocument>();
  const lists = new Map<string, readonly string[]>();
  try {
    for await (const { changes } of pull(confluenceConnector(deployment, simulator.url, {}, logger)))
      for (const change of changes as readonly Change[]) {
        if (change.kind === 'list') lists.set(change.list.id, change.list.members);
        if (change.kind === 'upsert') documents.set(change.document.id, change.document);
      }
  } finally {
    await simulator.close();
  }
  return { documents, lists, closed: lines.join('') };
}

/** Each has what a document needs, and lists that were told: some with members, or closed by a reason that is named. */
async function judge({ documents, lists, closed }: Told, isTimed: boolean): Promise<void> {
  for (const { id, title, url, version, createdAt, updatedAt, acl, body: content } of documents.values()) {
    assert.ok(title && url && version, id);
    assert.ok(!isTimed || (updatedAt !== undefined && createdAt !== undefined), `${id} has its times`);
    assert.ok(acl.allow.length > 0 && acl.allow.every((each) => lists.has(each)), `${id} has readers`);
    const isClosed = acl.allow.some((each) => lists.get(each)?.length === 0);
    assert.ok(
      !isClosed || /confluence\.readers\.closed.*"reason"/u.test(closed),
      `${id} is closed for a reason`,
    );
    if (content.type === 'content' && !id.includes('/attachment/'))
      assert.ok(decoder.decode(await content.read(signal)).length > 10, `${id} has a text`);
  }
}

const unrestricted = recorded('errors-quoted.json')[2]?.response.body ?? {};

describe('recorded payloads of Confluence', { skip }, () => {
  const pages = isRecorded ? recordedPages() : [];
  const space = String(pages[0]?.second['spaceId']);

  it('are all looked at', () => {
    const used = recordedFiles().filter(
      (name) =>
        name.startsWith('cloud-page') || name.startsWith('anonymised') || name === 'errors-quoted.json',
    );
    assert.deepEqual([...new Set([...used, ...NOT_ASKED])].sort(), recordedFiles().sort());
    assert.equal(pages.length, 10);
  });

  it('map pages and comments of v2', async () => {
    // Ancestors were recorded by v1 alone; a few pages have none, and are closed.
    const above = new Map(
      pages.flatMap(({ ancestors }) =>
        ancestors.map((each, at): [string, Payload] => [
          String(each.id),
          {
            id: String(each.id),
            title: each['title'],
            status: 'current',
            spaceId: space,
            parentId: ancestors[at - 1]?.id ?? null,
          },
        ]),
      ),
    );
    const commented = { ...body('anonymised-inline-comment-v2.json'), pageId: pages[0]?.second.id };
    const answered = { ...body('anonymised-comment-reply-v2.json'), pageId: pages[1]?.second.id };
    const told = await read('cloud', ({ url }) => {
      const { pathname, searchParams } = url;
      if (pathname.endsWith('/spaces')) return list([{ id: space, key: 'QM', name: 'Manual' }]);
      if (pathname.endsWith('/permissions'))
        return list([
          { principal: { type: 'group', id: 'g' }, operation: { key: 'read', targetType: 'space' } },
        ]);
      if (pathname.endsWith('/blogposts') || pathname.endsWith('/attachments')) return list([]);
      if (pathname.endsWith('/footer-comments')) return list([answered]);
      if (pathname.endsWith('/inline-comments')) return list([commented]);
      if (pathname.endsWith('/content/search')) return list([]);
      if (pathname.endsWith('/users-bulk')) return list([]);
      if (pathname.includes('/restriction/byOperation/read')) return ok(unrestricted);
      if (!pathname.endsWith('/pages')) return undefined;
      const ids = searchParams.get('id')?.split(',');
      return list(ids ? ids.flatMap((id) => above.get(id) ?? []) : pages.map(({ second }) => second));
    });
    assert.equal(told.documents.size, pages.length + 2);
    await judge(
      { ...told, documents: new Map([...told.documents].filter(([id]) => id.includes('/page/'))) },
      true,
    );
    await judge(told, false);
    for (const { second } of pages) {
      const document = told.documents.get(`${ID}/page/${second.id}`);
      assert.equal(document?.title, second['title']);
      assert.equal(document?.createdAt, second['createdAt']);
      assert.match(
        document?.version ?? '',
        new RegExp(`^${(second['version'] as { number: number }).number}\\|`, 'u'),
      );
      const bytes = document?.body.type === 'content' ? await document.body.read(signal) : new Uint8Array();
      assert.equal(decoder.decode(bytes), valueOf(second, 'atlas_doc_format'));
    }
    const inline = told.documents.get(`${ID}/comment/444555666`);
    assert.equal(inline?.fields?.['selection'], 'some text to anchor');
  });

  it('map pages, attachments, comments and spaces of v1', async () => {
    // What was not expanded in the recording and is asked for by us.
    const expanded = {
      space: { id: 7, key: 'QM' },
      history: { createdDate: '2024-01-01T00:00:00.000+09:00' },
    };
    const contents = pages.map(({ first, second, attachments }) => ({
      ...first,
      ...expanded,
      version: { number: 3, when: second['createdAt'] },
      children: { attachment: { results: attachments, limit: attachments.length + 1, _links: {} } },
    }));
    const comments = (body('anonymised-comments.json')['results'] as readonly Payload[]).map((each) => ({
      ...each,
      container: { id: pages[0]?.first.id, type: 'page' },
      history: expanded.history,
      body: { storage: (each['body'] as { readonly view: unknown }).view },
    }));
    const spaces = body('anonymised-spaces.json')['results'] as readonly Payload[];
    const answer = ({ url }: SimulatedRequest) => {
      const { pathname, searchParams } = url;
      if (pathname.endsWith('/server-information')) return ok({ version: '9.2.1' });
      if (pathname.endsWith('/rest/api/space'))
        return list([...spaces, { id: 7, key: 'QM', name: 'Manual' }]);
      if (pathname.endsWith('/permissions/anonymous')) return ok([]);
      if (pathname.endsWith('/permissions'))
        return ok([
          {
            subject: { type: 'group', name: 'all' },
            operation: { operationKey: 'read', targetType: 'space' },
          },
        ]);
      if (pathname.includes('/restriction/byOperation/read')) return ok(unrestricted);
      if (pathname.endsWith('/content/search')) return list([]);
      if (pathname.endsWith('/rest/api/content/456789123'))
        return ok(body('anonymised-parent-comment-v1.json'));
      if (pathname.endsWith('/content/scan'))
        return list({ page: contents, comment: comments }[searchParams.get('type') ?? ''] ?? []);
      return pathname.endsWith('/rest/api/content') ? list([]) : undefined;
    };
    const told = await read('data-center', answer);
    const attached = pages.reduce((sum, { attachments }) => sum + attachments.length, 0);
    assert.ok(attached > 90);
    assert.equal(told.documents.size, pages.length + attached + comments.length);
    await judge(told, false);
    for (const { first } of pages) {
      const document = told.documents.get(`${ID}/page/${first.id}`);
      const bytes = document?.body.type === 'content' ? await document.body.read(signal) : new Uint8Array();
      assert.equal(decoder.decode(bytes), valueOf(first, 'storage'));
    }
    // Its page was not recorded: it is not told, and would be removed.
    const alone = await read('data-center', answer, async function* (connector) {
      for await (const changes of connector.refresh?.([`${ID}/comment/456789123`], signal) ?? [])
        yield { changes };
    });
    assert.equal(alone.documents.size, 0);
  });

  it('give the kinds of error that say what to do', async () => {
    const kinds: string[] = [];
    for (const { response } of recorded('errors-quoted.json').slice(0, 2))
      await read('cloud', () => response).catch((error: { readonly kind: string }) => kinds.push(error.kind));
    assert.deepEqual(kinds, ['not-found', 'auth']);
  });

  it('keep their words: what the rendering shows of the page is in what is made of its ADF', async () => {
    const shares = await wordsKept();
    assert.ok((shares[0] ?? 0) >= 0.97, `worst ${shares[0]}`);
    assert.ok((shares[Math.floor(shares.length / 2)] ?? 0) >= 0.99);
  });
});
