import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Principal } from '@fumikura/model';
import type { AccessFilter, Candidate, DocumentWrite, Store } from '@fumikura/ports';
import { grantAccess } from '@fumikura/ports/grant';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { createKnowledge, fuse } from './index.ts';
import type { Knowledge } from './index.ts';

const SOURCE = 'files:t';
const signal = new AbortController().signal;

function candidate(documentId: string, lexical: number, cosine?: number): Candidate {
  return {
    documentId,
    lexical,
    parts: { document: 0, chunk: 0, title: 0 },
    chunkOrdinal: 0,
    ...(cosine !== undefined && { cosine }),
  };
}

describe('fusion', () => {
  it('orders by words alone without vectors, by both with them, ties by id', () => {
    const order = (list: readonly Candidate[]) =>
      fuse(list).map(({ candidate: { documentId } }) => documentId);
    assert.deepEqual(order([candidate('b', 2), candidate('a', 2), candidate('c', 3)]), ['c', 'a', 'b']);
    assert.deepEqual(
      order([candidate('words', 10, 0.1), candidate('both', 8, 0.6), candidate('vector', 0, 0.8)]),
      ['both', 'vector', 'words'],
    );
  });

  it('refuses weights that are no weights', () => {
    assert.throws(() => fuse([], { lexical: -1, dense: 1 }), { code: 'FUSION_WEIGHT_INVALID' });
    assert.throws(() => fuse([], { lexical: Number.NaN, dense: 1 }), { code: 'FUSION_WEIGHT_INVALID' });
  });
});

describe('knowledge', () => {
  let folder: string;
  let store: Store;
  let knowledge: Knowledge;
  let clock = Date.parse('2026-01-01T00:00:00Z');

  const write = (id: string, text: string, similarity: string, readers = 'all'): DocumentWrite => ({
    similarity,
    chunks: [{ ordinal: 0, start: 0, end: text.length, headingPath: [] }],
    document: {
      id: `${SOURCE}/${id}`,
      source: SOURCE,
      externalId: id,
      kind: 'page',
      url: `https://x/${id}`,
      title: id,
      version: '1',
      acl: { allow: [readers] },
      language: 'en',
      text,
      outline: [{ heading: 'Whole', level: 1, start: 0, end: text.length }],
      contentHash: id,
      notices: [],
    },
  });
  const as = async (caller: string, ...principals: Principal[]): Promise<AccessFilter> => {
    const { aclIds, version } = await store.catalog.readableAcls(principals);
    return grantAccess({ caller, principals, aclIds, version, hash: `${caller}${version}` });
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fumi-knowledge-'));
    store = await createSqliteStore({ file: join(folder, 'k.db'), inline: true });
    const readAt = '2026-01-01T00:00:00Z';
    const filler = 'Sentences before it that speak of other things entirely. '.repeat(12);
    await store.commit({
      source: SOURCE,
      lists: [
        { id: 'all', members: ['anyone'], readAt },
        { id: 'few', members: ['user:x:1'], readAt },
      ],
      upserts: [
        ...Array.from({ length: 30 }, (_, at) =>
          write(
            `doc${at}`,
            `walrus number ${at}`,
            (BigInt(at + 1) * 0x9e3779b97f4a7c15n).toString(16).slice(-16).padStart(16, '0'),
          ),
        ),
        write('copy1', 'the same penguin text', 'aaaaaaaaaaaaaaaa'),
        write('copy2', 'the same penguin text', 'aaaaaaaaaaaaaaab'),
        write('copy3', 'the same penguin text', 'aaaaaaaaaaaaaaaa', 'few'),
        write('long', `${filler}Here the quokka rotates its keys. ${filler}`, '123456789abcdef0'),
        write('closed', 'narwhal', 'fedcba9876543210', 'few'),
      ],
    });
    knowledge = await createKnowledge({ store, now: () => clock });
  });
  after(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  it('[search.pages] pages through everything once, in one order', async () => {
    const access = await as('a', 'anyone');
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await knowledge.search(
        { query: 'walrus', limit: 7, ...(cursor && { cursor }) },
        access,
        signal,
      );
      seen.push(...page.hits.map(({ id }) => id));
      assert.equal(page.hits.at(-1)?.rank, seen.length);
      cursor = page.nextCursor;
    } while (cursor);
    assert.equal(new Set(seen).size, 30);
    assert.equal(seen.length, 30);
  });

  it('[search.cursor-altered] refuses a cursor that is altered, of another caller, of another query, or old', async () => {
    const [mine, theirs] = [await as('a', 'anyone'), await as('b', 'anyone')];
    const { nextCursor = '' } = await knowledge.search({ query: 'walrus', limit: 5 }, mine, signal);
    const refused = { code: 'CURSOR_INVALID' };
    await assert.rejects(knowledge.search({ query: 'walrus', cursor: nextCursor }, theirs, signal), refused);
    await assert.rejects(knowledge.search({ query: 'number', cursor: nextCursor }, mine, signal), refused);
    const altered = (nextCursor.startsWith('A') ? 'B' : 'A') + nextCursor.slice(1);
    await assert.rejects(knowledge.search({ query: 'walrus', cursor: altered }, mine, signal), refused);
    clock += 2 * 60 * 60 * 1_000;
    await assert.rejects(knowledge.search({ query: 'walrus', cursor: nextCursor }, mine, signal), refused);
  });

  it('[access.values] joins near-duplicates and names only those the caller may read', async () => {
    const names = async (access: AccessFilter) => {
      const { hits } = await knowledge.search({ query: 'penguin' }, access, signal);
      return hits.map(({ id, duplicates }) =>
        [id, ...duplicates.map((each) => each.id)].map((each) => each.slice(SOURCE.length + 1)).sort(),
      );
    };
    assert.deepEqual(await names(await as('a', 'anyone')), [['copy1', 'copy2']]);
    assert.deepEqual(await names(await as('c', 'anyone', 'user:x:1')), [['copy1', 'copy2', 'copy3']]);
  });

  it('[search.snippet] shows the window that holds the match, with its place', async () => {
    const { hits } = await knowledge.search(
      { query: 'quokka rotating key' },
      await as('a', 'anyone'),
      signal,
    );
    const { snippet } = hits[0] ?? assert.fail('nothing found');
    assert.deepEqual(
      snippet.highlights.map(([start, end]) => snippet.text.slice(start, end)),
      ['quokka', 'rotates', 'keys'],
    );
    assert.ok(snippet.text.length <= 300);
    const page = await knowledge.read({ id: `${SOURCE}/long` }, await as('a', 'anyone'), signal);
    assert.equal(page.text.slice(snippet.start, snippet.end), snippet.text);
  });

  it('[access.same-answer] gives the same answer for what is not there and for what is not theirs', async () => {
    const access = await as('a', 'anyone');
    const said = async (id: string) =>
      knowledge
        .read({ id }, access, signal)

        .then(
          () => assert.fail('was shown'),
          (error: { code: string; publicMessage: string }) => [error.code, error.publicMessage],
        );
    assert.deepEqual(await said(`${SOURCE}/closed`), await said(`${SOURCE}/never`));
    assert.deepEqual((await knowledge.search({ query: 'narwhal' }, access, signal)).hits, []);
    assert.equal(
      (await knowledge.search({ query: 'narwhal' }, await as('c', 'user:x:1'), signal)).hits.length,
      1,
    );
    assert.deepEqual(await knowledge.sources(await as('d', 'user:x:9')), []);
  });

  it('[read.pages] reads long documents page by page without losing or repeating a character', async () => {
    const access = await as('a', 'anyone');
    let text = '';
    let cursor: string | undefined;
    do {
      const page = await knowledge.read(
        { id: `${SOURCE}/long`, maxTokens: 100, ...(cursor && { cursor }) },
        access,
        signal,
      );
      assert.ok(page.text.length > 0 && page.text.length <= 400);
      text += page.text;
      cursor = page.nextCursor;
    } while (cursor);
    const whole = await knowledge.read({ id: `${SOURCE}/long`, maxTokens: 8_000 }, access, signal);
    assert.equal(text, whole.text);
  });

  it('stops when the caller does, and says so', async () => {
    await assert.rejects(
      knowledge.search({ query: 'walrus' }, await as('a', 'anyone'), AbortSignal.abort()),
      { code: 'CANCELLED' },
    );
  });
});
