import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

interface Manifest {
  readonly name: string;
  readonly nx?: { readonly tags?: readonly string[] };
}

function manifests(): Manifest[] {
  const paths = execFileSync('git', ['ls-files', '*/package.json'], { cwd: root, encoding: 'utf8' });
  return paths
    .split('\n')
    .filter((path) => /^(?:libs|apps|test)\//.test(path) && !path.includes('/fixtures/'))
    .map((path) => JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest);
}

async function messages(code: string, filePath: string): Promise<string[]> {
  const eslint = new ESLint({ cwd: root });
  const [result] = await eslint.lintText(code, { filePath: join(root, filePath) });
  return (result?.messages ?? []).map(({ ruleId, message }) => `${ruleId}: ${message}`);
}

describe('boundaries between projects', () => {
  before(() => {
    // The rule reads the project graph from nx's cache and silently checks nothing without it.
    execFileSync('npx', ['nx', 'graph', '--file=.nx/graph.json'], { cwd: root, stdio: 'ignore' });
  });

  it('knows one layer and one runtime of every project, so that no project escapes the rules', () => {
    const found = manifests();
    assert.ok(found.length > 15, `only ${found.length} projects found`);
    for (const { name, nx } of found) {
      for (const axis of ['layer:', 'runtime:']) {
        const tags = (nx?.tags ?? []).filter((tag) => tag.startsWith(axis));
        assert.equal(tags.length, 1, `${name} has ${tags.length} tags "${axis}…"`);
      }
    }
  });

  const planted: readonly [what: string, file: string, code: string, rule: RegExp][] = [
    [
      'a domain library that imports a feature',
      'libs/model/src/planted.ts',
      `import { createAccess } from '@fumikura/access';\nexport const planted = createAccess;\n`,
      // The rule names the first thing wrong: the layer, or the circle that comes of it.
      /enforce-module-boundaries: (?:.*layer:domain|Circular dependency)/,
    ],
    [
      'a domain library that imports a package',
      'libs/model/src/planted.ts',
      `import { z } from 'zod';\nexport const planted = z;\n`,
      /enforce-module-boundaries: .*not allowed to import "zod"/,
    ],
    [
      'a universal library that imports a Node built-in',
      'libs/text/src/planted.ts',
      `import { readFileSync } from 'node:fs';\nexport const planted = readFileSync;\n`,
      /no-restricted-imports: .*browsers/,
    ],
    [
      'an adapter that imports another adapter',
      'libs/stores/sqlite/src/planted.ts',
      `import * as files from '@fumikura/connector-files';\nexport const planted = files;\n`,
      /enforce-module-boundaries: .*layer:adapter/,
    ],
    [
      'a feature that imports an adapter',
      'libs/retrieval/src/planted.ts',
      `import * as store from '@fumikura/store-sqlite';\nexport const planted = store;\n`,
      /enforce-module-boundaries: .*layer:feature/,
    ],
    [
      '[access.required] a feature that makes its own access filter',
      'libs/retrieval/src/planted.ts',
      `import { grantAccess } from '@fumikura/ports/grant';\nexport const planted = grantAccess;\n`,
      /no-restricted-imports: .*Only libs\/access/,
    ],
    [
      'a library that reads the environment',
      'libs/retrieval/src/planted.ts',
      `export const planted = process.env['HOME'];\n`,
      /no-restricted-syntax: .*environment/,
    ],
  ];
  for (const [what, file, code, rule] of planted) {
    it(`refuses ${what}`, async () => {
      const found = await messages(code, file);
      assert.ok(
        found.some((message) => rule.test(message)),
        `no finding in ${JSON.stringify(found)}`,
      );
    });
  }

  it('accepts what the layers allow', async () => {
    const code = `import type { Store } from '@fumikura/ports';\nexport type Planted = Store;\n`;
    assert.deepEqual(await messages(code, 'libs/retrieval/src/planted.ts'), []);
  });
});
