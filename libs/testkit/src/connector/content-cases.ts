import assert from 'node:assert/strict';
import { fill, listed, pull } from './reading.ts';
import type { ConnectorCase } from './source-under-test.ts';

export type ConnectorCases = Readonly<Record<string, (each: ConnectorCase) => Promise<void>>>;

/** More than any page or batch of a connector holds. */
const MANY = 260;

/** What a connector tells of items that are there, change, move and go. */
export const contentCases = {
  'resume-from-every-checkpoint': async ({ connector, source }) => {
    await fill(source, MANY);
    const { documents, checkpoints } = await pull(connector);
    for (const [index, checkpoint] of checkpoints.entries()) {
      const before = await pull(connector, undefined, index + 1);
      const rest = await pull(connector, checkpoint);
      const both = new Set([...before.documents.keys(), ...rest.documents.keys()]);
      assert.deepEqual(both, new Set(documents.keys()), `from checkpoint ${index}`);
    }
  },

  'repeat-is-harmless': async ({ connector, source }) => {
    await fill(source, 20);
    const versions = async () =>
      [...(await pull(connector)).documents].map(([id, { version }]) => [id, version]).sort();
    assert.deepEqual(await versions(), await versions());
  },

  'edit-changes-version': async ({ connector, source, idOf }) => {
    await source.put('a', 'first');
    const { documents, checkpoints } = await pull(connector);
    await source.put('a', 'second, which is longer');
    const later = (await pull(connector, checkpoints.at(-1))).documents.get(idOf('a'));
    assert.ok(later, 'the change is told from the last checkpoint on');
    assert.notEqual(later.version, documents.get(idOf('a'))?.version);
  },

  'move-is-told': async ({ connector, source, idOf, movedIdOf = idOf }) => {
    await source.put('a', 'text');
    const { checkpoints } = await pull(connector);
    await moved(source, 'a');
    assert.ok((await pull(connector, checkpoints.at(-1))).documents.has(movedIdOf('a')));
    const whole = await pull(connector);
    assert.deepEqual([...whole.documents.keys()], [movedIdOf('a')], 'there is one of it');
  },

  'removal-is-reported': async ({ connector, source, idOf }) => {
    await fill(source, 3);
    const { checkpoints } = await pull(connector);
    await source.remove('item1');
    assert.deepEqual(
      [...(await pull(connector, checkpoints.at(-1))).removed],
      [idOf('item1')],
      'and nothing else',
    );
  },

  'removal-leaves-the-listing': async ({ connector, source, idOf }) => {
    await fill(source, 3);
    await source.remove('item1');
    const ids = await listed(connector);
    assert.ok(!ids.has(idOf('item1')) && ids.has(idOf('item0')));
  },

  'listing-equals-pull': async ({ connector, source }) => {
    await fill(source, MANY);
    assert.deepEqual(await listed(connector), new Set((await pull(connector)).documents.keys()));
  },

  'acl-on-every-document': async ({ connector, source }) => {
    await fill(source, 5);
    const { documents, untold } = await pull(connector);
    assert.equal(documents.size, 5);
    for (const { id, acl } of documents.values()) assert.ok(acl.allow.length > 0, `${id} has no list`);
    assert.deepEqual(untold, [], 'lists that were never told');
  },

  'restriction-lowers-visibility': async ({ connector, source, idOf }) => {
    await source.put('a', 'text');
    const readers = async () => (await pull(connector)).documents.get(idOf('a'))?.acl.allow ?? [];
    const before = await readers();
    if (!source.restrict) throw new Error('nothing restricts this source: skip the case');
    await source.restrict('a');
    const after = await readers();
    assert.ok(
      after.length > before.length && before.every((list) => after.includes(list)),
      `${before.join()} became ${after.join()}`,
    );
  },

  'more-than-one-page': async ({ connector, source }) => {
    await fill(source, MANY);
    const { documents, checkpoints } = await pull(connector);
    assert.equal(documents.size, MANY);
    assert.ok(checkpoints.length > 1, 'one checkpoint for everything resumes nothing');
  },

  'abort-stops-soon': async ({ connector, source }) => {
    await fill(source, MANY);
    const controller = new AbortController();
    let batches = 0;
    await assert.rejects(async () => {
      for await (const _batch of connector.pull(undefined, controller.signal)) {
        batches++;
        controller.abort();
      }
    });
    assert.equal(batches, 1);
  },
} satisfies ConnectorCases;

async function moved(source: ConnectorCase['source'], name: string): Promise<void> {
  if (!source.move) throw new Error('nothing moves in this source: skip the case');
  await source.move(name);
}
