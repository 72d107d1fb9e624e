// Commits numbered documents in batches, moves their readers and removes some, and says after each commit what holds.
// Ends never: it is killed.
import { createPairedStore } from '@fumikura/store-paired';
import { createPostgresCatalog } from '@fumikura/store-postgres';
import { createQdrantIndex } from '@fumikura/store-qdrant';
import { ALICE, allowList, BOB, documentWrite } from '@fumikura/testkit';

const [url = '', schema = '', qdrant = '', from = '0'] = process.argv.slice(2);
const store = await createPairedStore({
  catalog: await createPostgresCatalog({ url, schema, maxConnections: 4, listens: false }),
  index: await createQdrantIndex({ url: qdrant }),
  abandonAfterMs: 2_000,
});
const SOURCE = 'test:wiki';
const lists = [allowList('all', ALICE, BOB), allowList('hers', ALICE)];
const id = (n: number) => `${SOURCE}/${n}`;
for (let next = Number(from); ; next += 4) {
  const upserts = Array.from({ length: 4 }, (_, at) =>
    documentWrite(
      id(next + at),
      { allow: ['all'] },
      { parts: [`word number${next + at}`, 'more'], version: '1' },
    ),
  );
  // Older ones are written again, closed to one of the two, or removed, so that a kill meets each of these.
  const again =
    next >= 8
      ? [documentWrite(id(next - 8), { allow: ['all'] }, { parts: [`word again${next - 8}`], version: '2' })]
      : [];
  const acls = next >= 8 ? [{ id: id(next - 7), acl: { allow: ['hers'] } }] : [];
  const removals = next >= 8 ? [id(next - 6)] : [];
  await store.commit({
    source: SOURCE,
    lists,
    upserts: [...upserts, ...again],
    acls,
    removals,
    checkpoint: next + 4,
  });
  process.stdout.write(`${next + 4}\n`);
}
