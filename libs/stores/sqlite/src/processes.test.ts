import assert from 'node:assert/strict';
import { it } from 'node:test';
import { EVERYBODY, found, numbered, SOURCE } from './testing/documents.ts';
import { temporaryPlace } from './testing/place.ts';
import { ended, linesOf, outputOf, startScript } from './testing/processes.ts';

it(
  '[search.processes] finds what another process wrote, as soon as that says so',
  { timeout: 240_000 },
  async () => {
    const place = await temporaryPlace();
    const store = await place.open();
    assert.deepEqual(await found(store, 'word'), []);
    const child = startScript('./writer-process.ts', [place.file, '0', '120']);
    for await (const line of linesOf(child)) {
      const last = Number(line) - 1;
      assert.deepEqual(await found(store, `number${last}`), [String(last)]);
    }
    await ended(child);
    assert.equal((await store.index.stats()).documents, 120);
    await store.close();
    await place.remove();
  },
);

it('is found by another process that starts later', { timeout: 240_000 }, async () => {
  const place = await temporaryPlace({ inline: true });
  const store = await place.open();
  await store.commit({ source: SOURCE, lists: [EVERYBODY], upserts: [numbered(1), numbered(2)] });
  const child = startScript('./open-process.ts', [JSON.stringify({ file: place.file, inline: true })]);
  const outcome: unknown = JSON.parse(await outputOf(child));
  assert.deepEqual(outcome, { open: 'ok', found: ['1', '2'], write: 'ok' });
  assert.deepEqual(await found(store, 'number999'), ['999']);
  await store.close();
  await place.remove();
});

it('takes writes of two processes at once without losing any', { timeout: 240_000 }, async () => {
  const place = await temporaryPlace({ inline: true });
  const children = [
    startScript('./writer-process.ts', [place.file, '0', '300']),
    startScript('./writer-process.ts', [place.file, '1000', '1300']),
  ];
  await Promise.all(children.map(outputOf));
  await Promise.all(children.map(ended));
  const store = await place.open();
  assert.deepEqual(
    children.map(({ exitCode }) => exitCode),
    [0, 0],
  );
  // 1300 also replaces documents 50 behind its start, which makes some of those exist.
  const ids = new Set(await store.catalog.listIds(SOURCE, undefined, 10_000));
  for (let n = 0; n < 300; n++) assert.ok(ids.has(`${SOURCE}/${n}`) && ids.has(`${SOURCE}/${n + 1_000}`));
  assert.deepEqual(await store.index.check(new AbortController().signal), []);
  await store.close();
  await place.remove();
});
