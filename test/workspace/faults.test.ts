import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'node:test';
import { FUZZ } from '../mutate/mutant.ts';
import { MUTANTS } from '../mutate/mutants.ts';

const pathOf = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url));

// Seeding them all takes an hour and is no part of every build: what would end it at once is seen here.
describe('the faults that are seeded into the access path', () => {
  it('each stand in one place of the code as it is now', async () => {
    for (const { id, file, find, replace } of MUTANTS) {
      const source = await readFile(pathOf(file), 'utf8');
      assert.equal(source.split(find).length, 2, `${file}: ${id}`);
      assert.notEqual(find, replace, `${file}: ${id}`);
    }
  });

  it('each name tests that there are', () => {
    for (const { id, tests } of MUTANTS) {
      assert.ok(tests.length > 0, id);
      for (const test of tests) assert.ok(test === FUZZ || existsSync(pathOf(test)), `${id}: ${test}`);
    }
  });

  it('each have a name of their own', () => {
    const names = MUTANTS.map(({ id, file }) => `${file}: ${id}`);
    assert.deepEqual(names, [...new Set(names)]);
  });
});
