import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { parseConfig } from '@fumikura/config';
import { silentLogger } from '@fumikura/logging';
import type { StageResult } from '@fumikura/embedding';
import type { DocumentWrite } from '@fumikura/ports';
import { prepareBlocks, DEFAULT_LIMITS } from '@fumikura/documents';
import { ALICE, allowList, documentWrite, filterFor, FINGERPRINT, lexical } from '@fumikura/testkit';
import { openInstallation } from './installation.ts';
import type { Installation } from './installation.ts';
import { recutDocuments } from './recutting.ts';

const SOURCE = 'files:notes';
const DOCUMENTS = 150;
const SMALL = { targetUnits: 300, maxUnits: 600 };
const LATER = { targetUnits: 400, maxUnits: 800 };

const run = () => Promise.reject<StageResult>(new Error('there is no embedder'));

describe('cutting all documents anew', () => {
  let folder: string;
  let opened: Installation | undefined;
  const signal = new AbortController().signal;

  const open = async (chunking: string, isRecutting = false): Promise<Installation> => {
    const config = parseConfig(`owner: me\ndata: .\n${chunking}`, join(folder, 'fumikura.yaml'));
    opened = await openInstallation(config, { logger: silentLogger, mode: 'one-shot', isRecutting });
    return opened;
  };
  const close = async () => {
    await opened?.close();
    opened = undefined;
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fumi-recut-'));
  });
  afterEach(async () => {
    await close();
    await rm(folder, { recursive: true, force: true });
  });

  const found = async ({ store }: Installation, words: string) => {
    const access = await filterFor(store.catalog, ALICE);
    const { candidates } = await store.index.search(lexical(words, { candidates: 500 }), access, signal);
    return candidates.length;
  };
  const sizes = async ({ store }: Installation) => {
    const ids = await store.catalog.listIds(SOURCE, undefined, 1_000);
    return Map.groupBy(await store.export.documents(ids), ({ chunks }) => chunks.length);
  };

  it('[index.chunks-agree] goes on where an attempt broke off, and until then cuts no two ways and embeds nothing', async () => {
    const filled = await open('');
    const { store } = filled;
    await store.embeddings.bind(FINGERPRINT);
    await store.commit({ source: SOURCE, lists: [allowList('all', ALICE)], upserts: writes() });
    const stop = new AbortController();
    const seen: number[] = [];
    const broken = recutDocuments(filled, SMALL, {
      run,
      signal: stop.signal,
      onProgress: ({ documents }) => {
        seen.push(documents);
        stop.abort();
      },
    });
    await assert.rejects(broken);
    assert.equal(seen.length, 1, 'the first part of the documents');
    assert.deepEqual(await found(filled, 'rule'), DOCUMENTS);
    assert.equal((await sizes(filled)).size, 2, 'some have other chunks');
    assert.equal((await store.embeddings.status()).isPaused, true);
    assert.deepEqual((await store.index.stats()).fingerprint, FINGERPRINT);
    assert.deepEqual(await filled.chunking.forDocuments(), SMALL, 'what is read meanwhile is cut anew');
    assert.deepEqual((await filled.chunking.forVectors()).targetUnits, 1_100);
    await assert.rejects(recutDocuments(filled, LATER, { run, signal }), { code: 'CHUNKING_DIFFERS' });
    await close();
    await assert.rejects(open(''), { code: 'CHUNKING_DIFFERS' });

    const again = await open('', true);
    const { written, unchanged } = await recutDocuments(again, SMALL, { run, signal });
    assert.equal(unchanged, seen[0], 'nothing is written twice');
    assert.equal(written + unchanged, DOCUMENTS);
    assert.equal((await sizes(again)).size, 1);
    assert.equal((await again.store.embeddings.status()).isPaused, false);
    assert.equal((await again.store.index.stats()).fingerprint?.chunkerVersion, '1 300/600');
    await close();
    const after = await open('chunking: { targetUnits: 300 }');
    assert.equal(await found(after, 'rule'), DOCUMENTS);
  });

  it('[index.other-chunks] misses no document at any moment, and gives back what was there', async () => {
    const installation = await open('');
    const { store } = installation;
    await store.commit({ source: SOURCE, lists: [allowList('all', ALICE)], upserts: writes() });
    const ids = await store.catalog.listIds(SOURCE, undefined, 1_000);
    const before = await store.export.documents(ids);
    const access = await filterFor(store.catalog, ALICE);
    const records = await store.catalog.readable(ids, access);
    let isDone = false;
    const counts = new Set<number>();
    const asking = (async () => {
      while (!isDone) {
        counts.add(await found(installation, 'rule'));
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    for (const size of [SMALL, LATER, { targetUnits: 1_100, maxUnits: 2_200 }])
      await recutDocuments(installation, size, { run, signal });
    isDone = true;
    await asking;
    assert.deepEqual([...counts], [DOCUMENTS]);
    assert.deepEqual(await store.export.documents(ids), before);
    assert.deepEqual(await store.catalog.readable(ids, access), records, 'when they were synced, too');
    assert.deepEqual(await store.index.check(signal), []);
  });

  it('waits for syncs to end, and changes nothing before', async () => {
    const installation = await open('');
    const { catalog, commit } = installation.store;
    await commit({ source: SOURCE, lists: [allowList('all', ALICE)], upserts: writes() });
    const lease = await catalog.acquireLease(SOURCE, 'a sync', 60_000);
    await assert.rejects(recutDocuments(installation, SMALL, { run, signal }), { code: 'SYNC_RUNNING' });
    assert.deepEqual((await installation.chunking.forDocuments()).targetUnits, 1_100);
    await catalog.releaseLease(lease);
    assert.equal((await recutDocuments(installation, SMALL, { run, signal })).written, DOCUMENTS);
    const other = await catalog.acquireLease(SOURCE, 'a sync', 60_000);
    assert.equal(other.holder, 'a sync', 'syncs go on afterwards');
  });

  it('an empty store takes what is configured, and remembers it', async () => {
    const installation = await open('chunking: { targetUnits: 300 }');
    assert.deepEqual(await installation.chunking.forDocuments(), SMALL);
    await installation.store.commit({ source: SOURCE, lists: [allowList('all', ALICE)], upserts: writes() });
    await close();
    await assert.rejects(open(''), { code: 'CHUNKING_DIFFERS' });
  });
});

function writes(): DocumentWrite[] {
  return Array.from({ length: DOCUMENTS }, (_, at) => {
    const paragraphs = Array.from({ length: 12 }, (_, line) => ({
      type: 'paragraph' as const,
      text: `Rule ${at} ${line}: ${'some words about it, '.repeat(4)}and an end.`,
    }));
    const { text, outline, chunks } = prepareBlocks(paragraphs, DEFAULT_LIMITS);
    const { document, similarity } = documentWrite(`${SOURCE}/${String(at).padStart(3, '0')}`, {
      allow: ['all'],
    });
    return { document: { ...document, text, outline }, chunks, similarity };
  });
}
