import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Secret } from '@fumikura/config';
import { addKey, keepKeys, keyRingFrom, openSealed, readReference, referencesIn, sealFile } from './index.ts';

const WORD = 'a-secret-of-the-test';

describe('secrets', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'fumi-secrets-'));
  });
  after(() => rmSync(folder, { recursive: true }));
  const variables = () => ({ HOME: join(folder, 'home'), TOKEN: WORD });
  const ring = () => keyRingFrom(variables(), 'test');
  const sealed = (name: string, keys = ring().keys.length > 0 ? ring() : addKey(ring())) => {
    const file = join(folder, `${name}.sealed`);
    sealFile(file, new Secret(WORD), keys);
    return file;
  };

  it('[config.sealed] are read from each place, and print as [secret]', () => {
    writeFileSync(join(folder, 'token'), `${WORD}\n`);
    sealed('one');
    const places = [
      { env: 'TOKEN' },
      { file: './token' },
      { command: [process.execPath, '-p', `'${WORD}'`] },
      { sealed: './one.sealed' },
    ];
    for (const place of places) {
      const secret = readReference(place, { folder, variables: variables() });
      assert.equal(secret?.reveal(), WORD, JSON.stringify(place));
      assert.equal(`${secret} ${JSON.stringify({ secret })}`, '[secret] {"secret":"[secret]"}');
    }
    assert.equal(readReference({ url: 'x' }, { folder, variables: {} }), undefined);
  });

  it(
    '[config.sealed] asks the keyring by service and account',
    { skip: process.platform === 'win32' },
    () => {
      const program = process.platform === 'darwin' ? 'security' : 'secret-tool';
      writeFileSync(
        join(folder, program),
        `#!/bin/sh\n[ "$*" = "${process.platform === 'darwin' ? 'find-generic-password -s fumikura -a jira/bot -w' : 'lookup service fumikura account jira/bot'}" ] && echo ${WORD}\n`,
      );
      chmodSync(join(folder, program), 0o755);
      const asked = (name: string) => {
        const script = `import { readReference } from '@fumikura/secrets';
        console.log(readReference({ keyring: '${name}' }, { folder: '.', variables: {} }).reveal())`;
        const options = { encoding: 'utf8' as const, env: { PATH: `${folder}:/usr/bin:/bin` } };
        return spawnSync(process.execPath, ['--input-type=module', '-e', script], options);
      };
      assert.equal(asked('fumikura/jira/bot').stdout, `${WORD}\n`);
      assert.match(asked('fumikura/other').stderr, /keyring has no/u);
    },
  );

  it('[config.sealed] tell nothing when they cannot be read', () => {
    const wrong = [
      { env: 'NONE' },
      { file: './none' },
      { command: [process.execPath, '-e', `console.log('${WORD}');process.exit(1)`] },
      { sealed: './token' },
      { keyring: 'nothing' },
    ];
    for (const place of wrong)
      assert.throws(
        () => readReference(place, { folder, variables: variables() }),
        (error: Error) => !error.message.includes(WORD),
        JSON.stringify(place),
      );
  });

  it('[config.sealed] are unreadable without their key, altered, or under another name', () => {
    const file = sealed('two');
    const text = readFileSync(file, 'utf8');
    assert.ok(!text.includes(WORD) && !text.includes(Buffer.from(WORD).toString('base64url')));
    assert.equal(statSync(file).mode & 0o077, 0);
    assert.throws(() => openSealed(file, { name: 'test', keys: [] }), /is not among the keys/u);
    assert.throws(
      () => openSealed(file, keyRingFrom({ HOME: join(folder, 'elsewhere') }, 'test')),
      /is not among/u,
    );
    copyFileSync(file, join(folder, 'three.sealed'));
    assert.throws(
      () => openSealed(join(folder, 'three.sealed'), ring()),
      /altered, or is the file of another/u,
    );
    const fields = JSON.parse(text) as Record<string, string>;
    for (const [name, value] of Object.entries({
      data: fields['data'] ?? '',
      nonce: fields['nonce'] ?? '',
    })) {
      const flipped = `${value.startsWith('A') ? 'B' : 'A'}${value.slice(1)}`;
      writeFileSync(file, JSON.stringify({ ...fields, [name]: flipped }));
      assert.throws(() => openSealed(file, ring()), /altered/u, name);
    }
    for (const data of ['', 'AAAA']) {
      writeFileSync(file, JSON.stringify({ ...fields, data }));
      assert.throws(() => openSealed(file, ring()), /altered/u);
    }
  });

  it('[config.sealed] are never sealed twice alike', () => {
    const texts = [0, 1].map(() => readFileSync(sealed('four'), 'utf8'));
    assert.notEqual(texts[0], texts[1]);
  });

  it('[config.rotation] go on with a new key, and are closed to the old one once it is forgotten', () => {
    const old = ring();
    const file = sealed('five', old);
    const both = addKey(old);
    assert.equal(openSealed(file, both).reveal(), WORD, 'while both are there nothing is lost');
    sealFile(file, openSealed(file, both), both);
    const newest = keepKeys(both, new Set([both.keys[0]?.id ?? '']));
    assert.equal(newest.keys.length, 1);
    assert.equal(openSealed(file, ring()).reveal(), WORD);
    assert.throws(() => openSealed(file, old), /is not among/u);
    assert.equal(statSync(newest.file ?? '').mode & 0o077, 0);
  });

  it('[config.rotation] take keys from the environment, and refuse what is no key', () => {
    const key = Buffer.alloc(32, 7).toString('base64');
    const given = keyRingFrom(
      { FUMI_SECRETS_KEY: `${key},${Buffer.alloc(32, 8).toString('base64')}` },
      'test',
    );
    assert.deepEqual([given.keys.length, given.file], [2, undefined]);
    assert.throws(() => addKey(given), /environment/u);
    assert.throws(() => keyRingFrom({ FUMI_SECRETS_KEY: 'short' }, 'test'), /32 bytes/u);
    assert.throws(() => keyRingFrom({ HOME: folder }, '../x'), /names no keys/u);
  });

  it('finds every place that names a secret', () => {
    const config = {
      sources: [{ id: 'jira:acme', credential: { token: { env: 'X' } } }],
      scim: { token: { sealed: './s' } },
      persons: [{ id: 'file' }],
    };
    assert.deepEqual(
      referencesIn(config).map(({ path, kind }) => `${path} ${kind}`),
      ['sources.jira:acme.credential.token env', 'scim.token sealed'],
    );
  });
});
