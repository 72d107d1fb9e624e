import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createHome, PROGRAM } from './fumi.ts';
import type { Home } from './fumi.ts';

const WORD = 'a-secret-of-the-test-1234567';
const CONFIG = `owner: me
sources: [{ id: files:notes, root: ./notes }]
scim: { token: { sealed: ./.fumikura/secrets/scim.sealed } }
`;

interface Listed {
  readonly secrets: readonly { readonly path: string; readonly state: string; readonly isUsable: boolean }[];
  readonly keys: { readonly ids: readonly string[] };
}

describe('fumi secrets', { concurrency: 1 }, () => {
  let home: Home;
  before(async () => {
    home = await createHome({ 'a.md': '# Otters' });
  });
  after(() => home.remove());
  const set = (name: string, input: string) =>
    spawnSync(process.execPath, [PROGRAM, 'secrets', 'set', name], {
      cwd: home.folder,
      input,
      encoding: 'utf8',
      env: { ...process.env, CI: 'true', XDG_CONFIG_HOME: `${home.folder}-settings` },
    });
  const list = async () => (await home.json('secrets', 'list')) as unknown as Listed;
  const everyFile = (folder: string): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((file) => statSync(file).isFile());

  it('[config.sealed] keeps a secret so that no file of the data holds it or its key', async () => {
    const made = set('scim', `${WORD}\n`);
    assert.equal(made.status, 0, made.stderr);
    assert.match(made.stdout, /\{ sealed: \.\/\.fumikura\/secrets\/scim\.sealed \}/u);
    await home.write('fumikura.yaml', CONFIG);
    const [secret] = (await list()).secrets;
    assert.deepEqual([secret?.path, secret?.isUsable], ['scim.token', true]);
    const [settings] = everyFile(`${home.folder}-settings`);
    const key = readFileSync(settings ?? '', 'utf8').trim();
    for (const file of everyFile(home.folder)) {
      const bytes = readFileSync(file);
      for (const word of [WORD, key, Buffer.from(WORD).toString('base64')])
        assert.ok(!bytes.includes(word), `${file} holds it`);
    }
  });

  it('[config.rotation] goes on after the key was changed, and the earlier one opens nothing', async () => {
    set('other', WORD);
    const before = (await list()).keys.ids;
    const rotated = (await home.json('secrets', 'rotate')) as unknown as { sealed: number; key: string };
    assert.equal(rotated.sealed, 2);
    const { secrets, keys } = await list();
    assert.deepEqual(keys.ids, [rotated.key]);
    assert.ok(!before.includes(rotated.key));
    assert.ok(secrets.every(({ isUsable, state }) => isUsable && !/older key/u.test(state)));
    assert.equal((await home.run(['secrets', 'remove', 'scim'])).code, 2, 'what is named stays');
    assert.equal((await home.run(['secrets', 'remove', 'other'])).code, 0);
    const { records } = (await home.json('audit', 'search', '--action', 'change')) as unknown as {
      records: { via: string }[];
    };
    assert.deepEqual(
      records
        .map(({ via }) => via)
        .filter((via) => via.startsWith('cli secrets'))
        .sort(),
      ['cli secrets remove', 'cli secrets rotate', 'cli secrets set', 'cli secrets set'],
    );
  });

  it('[config.sealed] says what cannot be read without the key, and rotates nothing then', async () => {
    const sealed = readFileSync(join(home.folder, '.fumikura/secrets/scim.sealed'), 'utf8');
    await rm(`${home.folder}-settings`, { recursive: true });
    const listed = await home.run(['secrets', 'list']);
    assert.equal(listed.code, 7);
    assert.match(listed.stdout, /scim\.token.*CANNOT BE READ: its key \S+ is not among/su);
    assert.notEqual((await home.run(['secrets', 'rotate'])).code, 0);
    assert.equal(readFileSync(join(home.folder, '.fumikura/secrets/scim.sealed'), 'utf8'), sealed);
    assert.equal(set('x', '').status, 2, 'nothing is no secret');
  });
});
