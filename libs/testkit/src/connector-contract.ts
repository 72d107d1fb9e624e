import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DocumentId, JsonValue, SourceDocument } from '@fumikura/model';
import type { Change, Connector } from '@fumikura/ports';

/** A source under test: what a person could do to it. Each call resolves when the source shows the change. */
export interface SourceUnderTest {
  /** Makes or changes an item. */
  put(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Narrows the item's readers; absent when readers are not the source's to say. */
  restrict?(name: string): Promise<void>;
  /** Makes the next listing incomplete; absent when that cannot be provoked. */
  breakListing?(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

export interface ConnectorCase {
  readonly connector: Connector;
  readonly source: SourceUnderTest;
  readonly idOf: (name: string) => DocumentId;
}

const CASES = [
  'resume-from-every-checkpoint',
  'repeat-is-harmless',
  'edit-changes-version',
  'removal-leaves-the-listing',
  'acl-on-every-document',
  'restriction-lowers-visibility',
  'error-is-not-emptiness',
  'more-than-one-batch',
  'abort-stops-soon',
  'listing-equals-pull',
] as const;

export interface ConnectorContract {
  readonly make: () => Promise<ConnectorCase>;
  /** Cases that do not apply, each with its reason; an unknown name fails. */
  readonly skip?: readonly { readonly case: (typeof CASES)[number]; readonly reason: string }[];
}

/** What every connector does. `make` gives an empty source; items named here are its only ones. */
export function connectorContract({ make, skip = [] }: ConnectorContract): void {
  const run = (name: (typeof CASES)[number], work: (each: ConnectorCase) => Promise<void>) => {
    const skipped = skip.find((entry) => entry.case === name);
    it(name, { skip: skipped?.reason ?? false }, async () => {
      const each = await make();
      try {
        await work(each);
      } finally {
        await each.source.close();
      }
    });
  };

  describe('connector contract', () => {
    it('skips only cases that exist', () => {
      for (const { case: name } of skip) assert.ok(CASES.includes(name), `there is no case "${name}"`);
    });

    run('resume-from-every-checkpoint', async ({ connector, source }) => {
      await fill(source, 150);
      const whole = new Set((await pull(connector)).documents.keys());
      const { checkpoints } = await pull(connector);
      for (const [index, checkpoint] of checkpoints.entries()) {
        const before = await pull(connector, undefined, index + 1);
        const rest = await pull(connector, checkpoint);
        assert.deepEqual(
          new Set([...before.documents.keys(), ...rest.documents.keys()]),
          whole,
          `from checkpoint ${index}`,
        );
      }
    });

    run('repeat-is-harmless', async ({ connector, source }) => {
      await fill(source, 20);
      const versions = async () =>
        [...(await pull(connector)).documents].map(([id, { version }]) => [id, version]).sort();
      assert.deepEqual(await versions(), await versions());
    });

    run('edit-changes-version', async ({ connector, source, idOf }) => {
      await source.put('a', 'first');
      const before = (await pull(connector)).documents.get(idOf('a'))?.version;
      await source.put('a', 'second, which is longer');
      assert.notEqual((await pull(connector)).documents.get(idOf('a'))?.version, before);
    });

    run('removal-leaves-the-listing', async ({ connector, source, idOf }) => {
      await fill(source, 3);
      await source.remove('item1');
      assert.ok(!(await listed(connector)).has(idOf('item1')));
      assert.ok((await listed(connector)).has(idOf('item0')));
    });

    run('acl-on-every-document', async ({ connector, source }) => {
      await fill(source, 5);
      const { documents, lists } = await pull(connector);
      assert.equal(documents.size, 5);
      for (const { id, acl } of documents.values()) {
        assert.ok(acl.allow.length > 0, `${id} has no list`);
        for (const list of acl.allow) assert.ok(lists.has(list), `${id} names ${list}, which was never told`);
      }
    });

    run('restriction-lowers-visibility', async ({ connector, source, idOf }) => {
      await source.put('a', 'text');
      const before = (await pull(connector)).documents.get(idOf('a'))?.acl.allow ?? [];
      await source.restrict?.('a');
      const after = (await pull(connector)).documents.get(idOf('a'))?.acl.allow ?? [];
      assert.ok(
        after.length > before.length && before.every((list) => after.includes(list)),
        `${before.join()} became ${after.join()}`,
      );
    });

    run('error-is-not-emptiness', async ({ connector, source }) => {
      await fill(source, 3);
      const mend = await source.breakListing?.();
      await assert.rejects(listed(connector));
      await mend?.();
      assert.equal((await listed(connector)).size, 3);
    });

    run('more-than-one-batch', async ({ connector, source }) => {
      await fill(source, 150);
      assert.ok((await pull(connector)).checkpoints.length > 1);
    });

    run('abort-stops-soon', async ({ connector, source }) => {
      await fill(source, 150);
      const controller = new AbortController();
      let batches = 0;
      await assert.rejects(async () => {
        for await (const _batch of connector.pull(undefined, controller.signal)) {
          batches++;
          controller.abort();
        }
      });
      assert.equal(batches, 1);
    });

    run('listing-equals-pull', async ({ connector, source }) => {
      await fill(source, 70);
      assert.deepEqual(await listed(connector), new Set((await pull(connector)).documents.keys()));
    });
  });
}

async function fill(source: SourceUnderTest, count: number): Promise<void> {
  for (let index = 0; index < count; index++) await source.put(`item${index}`, `text of item ${index}`);
}

async function pull(connector: Connector, from?: JsonValue, batches = Infinity) {
  const documents = new Map<DocumentId, SourceDocument>();
  const lists = new Set<string>();
  const checkpoints: JsonValue[] = [];
  const take = (change: Change) => {
    if (change.kind === 'upsert') documents.set(change.document.id, change.document);
    if (change.kind === 'list') lists.add(change.list.id);
  };
  for await (const { changes, checkpoint } of connector.pull(from, new AbortController().signal)) {
    changes.forEach(take);
    checkpoints.push(checkpoint);
    if (checkpoints.length >= batches) break;
  }
  return { documents, lists, checkpoints };
}

async function listed(connector: Connector): Promise<Set<DocumentId>> {
  const ids = new Set<DocumentId>();
  for await (const part of connector.listIds?.(new AbortController().signal) ?? [])
    for (const id of part) ids.add(id);
  return ids;
}
