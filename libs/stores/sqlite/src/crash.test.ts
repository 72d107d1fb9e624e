import assert from 'node:assert/strict';
import { it } from 'node:test';
import { seeded } from '@fumikura/testkit';
import { CHUNKS_PER_DOCUMENT, everybody, found, SOURCE } from './testing/documents.ts';
import { temporaryPlace } from './testing/place.ts';
import { ended, linesOf, startScript } from './testing/processes.ts';

/** `npm run crash` does it a hundred times and more. */
const KILLS = 5;

it(
  '[sync.crash] loses nothing acknowledged and shows nothing half, wherever a writer is killed',
  { timeout: 120_000 },
  async () => {
    const place = await temporaryPlace({ inline: true });
    const random = seeded(20_260_115);
    let acknowledged = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      acknowledged = await writeUntilKilled(
        place.file,
        acknowledged,
        3 + Math.floor(random() * 12),
        random() * 20,
      );
      await inspect(place, acknowledged);
    }
    assert.ok(acknowledged > 0);
    await place.remove();
  },
);

/** Kills it a moment after so many acknowledgements, anywhere in the next commits. @returns the last one */
async function writeUntilKilled(file: string, from: number, after: number, delayMs: number): Promise<number> {
  const child = startScript('./writer-process.ts', [file, String(from)]);
  let [last, seen] = [from, 0];
  for await (const line of linesOf(child)) {
    last = Number(line);
    if (++seen === after) setTimeout(() => child.kill('SIGKILL'), delayMs);
  }
  await ended(child);
  assert.equal(child.signalCode, 'SIGKILL');
  return last;
}

async function inspect(
  place: Awaited<ReturnType<typeof temporaryPlace>>,
  acknowledged: number,
): Promise<void> {
  const store = await place.open();
  const access = await everybody(store);
  const ids = await store.catalog.listIds(SOURCE, undefined, 1_000_000);
  const known = new Set(ids);
  for (let n = 0; n < acknowledged; n++) assert.ok(known.has(`${SOURCE}/${n}`), `document ${n} is lost`);
  for (const id of ids.slice(-300)) {
    const stored = await store.catalog.text(id, access);
    assert.equal(stored?.chunks.length, CHUNKS_PER_DOCUMENT);
    assert.deepEqual(await found(store, `number${id.slice(SOURCE.length + 1)}`), [
      id.slice(SOURCE.length + 1),
    ]);
  }
  const checkpoint = await store.catalog.checkpoint(SOURCE);
  assert.equal(checkpoint, ids.length, 'the checkpoint is of the same moment as the documents');
  assert.equal((await store.index.stats()).chunks, ids.length * CHUNKS_PER_DOCUMENT);
  assert.deepEqual(await store.index.check(new AbortController().signal), []);
  await store.close();
}
