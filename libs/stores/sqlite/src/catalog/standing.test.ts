import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Principal, SourceId } from '@fumikura/model';
import { documentWrite, seeded } from '@fumikura/testkit';
import { createSqliteStore } from '../store.ts';
import type { SqliteStore } from '../store.ts';

const SOURCES: readonly SourceId[] = ['test:wiki', 'test:mail'];
const READ_AT = '2026-01-15T09:00:00.000Z';
const LISTS = 40;
const CALLERS = 6;

/** Changes of every kind to lists and ACLs, by chance. */
class Changes {
  readonly #pick: (below: number) => number;
  #documents = 0;

  constructor(seed: number) {
    const random = seeded(seed);
    this.#pick = (below) => Math.floor(random() * below);
  }

  async next(store: SqliteStore): Promise<void> {
    const kind = this.#pick(100);
    const source = SOURCES[this.#pick(2)] ?? 'test:wiki';
    if (kind < 45) await store.catalog.putLists([this.#list()]);
    else if (kind < 60) await store.commit({ source, lists: [this.#list(), this.#list()] });
    else if (kind < 95) await store.commit({ source, upserts: [this.#document(source)] });
    else if (kind < 97) await store.catalog.removeSource(source);
    else await store.catalog.putLists(Array.from({ length: 150 }, (_, at) => this.#list(at)));
  }

  #list(at = this.#pick(LISTS)) {
    const members = Array.from({ length: this.#pick(4) }, () => this.#principal());
    return { id: `list${at}`, members: [...new Set(members)], readAt: READ_AT };
  }

  #document(source: SourceId) {
    const allow = Array.from({ length: this.#pick(4) }, () => `list${this.#pick(LISTS)}`);
    const deny = this.#pick(4) === 0 ? { deny: [this.#principal()] } : {};
    return documentWrite(`${source}/d${this.#documents++}`, { allow, ...deny });
  }

  #principal(): Principal {
    return `user:test:wiki:${this.#pick(CALLERS * 2)}`;
  }
}

const callers = Array.from({ length: CALLERS }, (_, at): Principal[] => [
  `user:test:wiki:${at}`,
  `user:test:wiki:${at * 2}`,
]);

describe('what lists say of a caller', () => {
  it('[access.lists-change] is the same corrected after each change as worked out anew, and so is the second check', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fumi-standing-'));
    const file = join(folder, 'standing.db');
    const [kept, writing] = [
      await createSqliteStore({ file, inline: true }),
      await createSqliteStore({ file, inline: true }),
    ];
    const changes = new Changes(5);
    let [answers, readable] = [0, 0];
    for (let round = 0; round < 250; round++) {
      const store = round % 3 === 0 ? writing : kept;
      for (let count = 0; count <= round % 4; count++) await changes.next(store);
      // Not asked every time: corrections reach over several versions.
      if (round % 5 === 4) continue;
      const fresh = await createSqliteStore({ file, inline: true });
      for (const principals of callers) {
        const [corrected, anew] = [
          await kept.catalog.readableAcls(principals),
          await fresh.catalog.readableAcls(principals),
        ];
        assert.deepEqual(corrected, anew, `round ${round}`);
        answers++;
        readable += anew.aclIds.length;
      }
      await fresh.close();
    }
    assert.ok(answers > 1_000 && readable > answers * 3, `${readable} acl_ids in ${answers} answers`);
    await kept.close();
    await writing.close();
    await rm(folder, { recursive: true });
  });

  it('[access.lists-change] is worked out anew when more changed than is remembered', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fumi-standing-'));
    const store = await createSqliteStore({ file: join(folder, 'standing.db'), inline: true });
    const list = (members: readonly Principal[], id = 'one') => ({ id, members, readAt: READ_AT });
    const [caller] = callers as [Principal[]];
    await store.commit({
      source: 'test:wiki',
      lists: [list(caller)],
      upserts: [documentWrite('test:wiki/d', { allow: ['one'] })],
    });
    assert.equal((await store.catalog.readableAcls(caller)).aclIds.length, 1);
    await store.catalog.putLists([list([])]);
    for (let count = 0; count < 1_010; count++)
      await store.catalog.putLists([list(count % 2 === 0 ? caller : [], 'other')]);
    assert.equal((await store.catalog.readableAcls(caller)).aclIds.length, 0);
    await store.close();
    await rm(folder, { recursive: true });
  });
});
