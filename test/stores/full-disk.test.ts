import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { toAppError } from '@fumikura/errors';
import { createPostgresCatalog } from '@fumikura/store-postgres';
import {
  ALICE,
  allowList,
  documentWrite,
  filterFor,
  postgresMissing,
  startPostgres,
} from '@fumikura/testkit';
import { mountSmallDisk, smallDiskMissing } from '../scale/small-disk.ts';

const SOURCE = 'test:wiki';
const DISK_BYTES = 160_000_000;
const NOBODY = 65_534;
const LARGE = 400_000;

describe(
  'a catalog whose disk is full',
  { skip: postgresMissing() ?? smallDiskMissing() ?? false, timeout: 120_000 },
  () => {
    it('[scale.full-disk] refuses what it cannot keep, goes on showing what it has, and goes on when there is room', async () => {
      const place = await mkdtemp(join(tmpdir(), 'fumi-small-'));
      await chmod(place, 0o711);
      const disk = mountSmallDisk(join(place, 'disk'), DISK_BYTES, NOBODY);
      const server = await startPostgres(join(place, 'disk'));
      const store = await createPostgresCatalog({ url: server.url });
      const write = (n: number) =>
        store.commit({
          source: SOURCE,
          lists: [allowList('all', ALICE)],
          upserts: [documentWrite(`${SOURCE}/${n}`, { allow: ['all'] }, { parts: [textOf(n)] })],
        });
      const readable = async (n: number) =>
        (await store.catalog.text(`${SOURCE}/${n}`, await filterFor(store.catalog, ALICE)))?.text;
      try {
        await write(0);
        disk.fill();
        let kept = 0;
        const refused = await (async () => {
          for (let n = 1; n < 200; n++) {
            try {
              await write(n);
              kept = n;
            } catch (error) {
              return toAppError(error);
            }
          }
          return undefined;
        })();
        assert.ok(refused, 'the disk is full');
        assert.ok(['STORE_FULL', 'STORE_UNREACHABLE'].includes(refused.code), refused.message);
        assert.doesNotMatch(refused.publicMessage, /fumi-small|could not/);
        disk.free();
        // Without room for its journal the server ends itself: what it had confirmed is there when it is back.
        if (!(await readable(0).catch(() => undefined))) await server.crash();
        for (let n = 0; n <= kept; n++) assert.equal(await readable(n), textOf(n), `${n}`);
        assert.equal(await readable(kept + 1), undefined, 'nothing of what was refused');
        await write(kept + 1);
        assert.equal(await readable(kept + 1), textOf(kept + 1));
      } finally {
        await store.close();
        await server.stop();
        disk.remove();
        await rm(place, { recursive: true, force: true });
      }
    });
  },
);

/** Does not become smaller by compressing. */
function textOf(n: number): string {
  let state = n + 1;
  const next = () => (state = (state * 48_271) % 2_147_483_647);
  return Array.from({ length: LARGE / 8 }, () => next().toString(36)).join(' ');
}
