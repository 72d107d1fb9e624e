import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { AppError } from '@fumikura/errors';
import { addSource, findConfig, loadConfig, parseConfig, removeSource, setChunking } from './index.ts';

const GOOD = `# ours
owner: alice
persons:
  - { id: alice, osUser: al }
  - id: bob
groups:
  - id: hr
    members: [bob, group:leads]
  - id: leads
sources:
  # kept
  - id: files:handbook
    root: ./handbook
`;

describe('configuration', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fumi-config-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('[config.cross-mistakes] names roles that are not there, and identities of two persons', () => {
    const twice = `signIn: [{ issuer: 'https://id.example', subject: s }]`;
    const text = `persons:\n  - { id: a, roles: [king], ${twice} }\n  - { id: b, ${twice} }\nroles:\n  - { id: admin }\n`;
    assert.throws(
      () => parseConfig(text, 'f.yaml'),
      (error: AppError) => {
        assert.match(error.publicMessage, /f\.yaml:2: persons\.0\.roles\.0: there is no role "king"/);
        assert.match(
          error.publicMessage,
          /f\.yaml:3: persons\.1\.signIn\.0: "s" of https:\/\/id\.example already/,
        );
        assert.match(error.publicMessage, /f\.yaml:5: roles\.0\.id: "admin" is a role already/);
        return true;
      },
    );
  });

  it('fills every default and keeps what belongs to a connector', () => {
    const config = parseConfig(GOOD, '/x/fumikura.yaml');
    assert.equal(config.dataFolder, '/x/.fumikura');
    assert.deepEqual(config.server, {
      host: '127.0.0.1',
      port: 7700,
      hosts: [],
      trustedProxies: [],
      maxMemoryMiB: 0,
      drain: { announceSeconds: 5, limitSeconds: 20 },
    });
    assert.deepEqual(config.network, { certificateAuthorities: [] });
    assert.equal(config.sources[0]?.['root'], './handbook');
  });

  it('[config.all-mistakes] reports several mistakes at once, each with its line', () => {
    const text = `owner: alice\npersons:\n  - id: A B\nserver:\n  port: 70000\nsurprise: 1\n`;
    assert.throws(
      () => parseConfig(text, '/x/fumikura.yaml'),
      (error: AppError) => {
        assert.equal(error.code, 'CONFIG_INVALID');
        assert.match(error.publicMessage, /3 problems/);
        assert.match(error.publicMessage, /fumikura\.yaml:3: persons\.0\.id/);
        assert.match(error.publicMessage, /fumikura\.yaml:5: server\.port/);
        assert.match(error.publicMessage, /surprise/);
        return true;
      },
    );
  });

  it('takes twice the size that chunks aim at as the most, and refuses sizes that cannot be', () => {
    const parsed = (chunking: string) => parseConfig(`chunking: ${chunking}\n`, 'f.yaml').chunking;
    assert.deepEqual(parsed('{ targetUnits: 700 }'), { targetUnits: 700, maxUnits: 1_400 });
    assert.deepEqual(parsed('{ targetUnits: 700, maxUnits: 900 }'), { targetUnits: 700, maxUnits: 900 });
    assert.equal(parseConfig('owner: me\n', 'f.yaml').chunking, undefined);
    for (const [chunking, message] of [
      ['{ targetUnits: 100 }', /f\.yaml:1: chunking\.targetUnits: .*200/],
      ['{ targetUnits: 20000 }', /chunking\.targetUnits: .*10000/],
      ['{ targetUnits: 700, maxUnits: 300 }', /f\.yaml:1: chunking\.maxUnits: is smaller than targetUnits/],
      ['{ maxUnits: 700 }', /chunking\.targetUnits/],
    ] as const)
      assert.throws(
        () => parsed(chunking),
        (error: AppError) => message.test(error.publicMessage) || assert.fail(error.publicMessage),
      );
  });

  it('changes the size of chunks without losing comments', async () => {
    const file = join(folder, 'chunks.yaml');
    await writeFile(file, GOOD);
    await setChunking(file, { targetUnits: 700, maxUnits: 1_400 });
    const text = await readFile(file, 'utf8');
    assert.match(text, /# kept/);
    assert.match(text, /^chunking: \{ targetUnits: 700, maxUnits: 1400 \}$/m);
    await setChunking(file, undefined);
    assert.doesNotMatch(await readFile(file, 'utf8'), /chunking/);
    assert.equal((await loadConfig(file)).chunking, undefined);
  });

  it('[config.cross-mistakes] refuses ids that stand twice, logins of two persons and members nobody knows', () => {
    const text = `persons: [{ id: a, osUser: x }, { id: a }, { id: b, osUser: x }]\ngroups: [{ id: g, members: [nobody-here] }]`;
    assert.throws(
      () => parseConfig(text, 'f.yaml'),
      (error: AppError) =>
        /twice/.test(error.message) && /nobody-here/.test(error.message) && /login "x"/.test(error.message),
    );
  });

  it('[config.cross-mistakes] refuses a sign-in for Slack where nobody signs in, and at an issuer that is none of them', () => {
    const slack = `slack:\n  mode: socket\n  token: { env: A }\n  appToken: { env: B }\n  signIn: { issuer: https://a.example, clientId: c }\n`;
    const signIn = (issuer: string) =>
      `signIn: { publicUrl: https://f.example, issuers: [{ issuer: ${issuer} }] }\n`;
    const told = (text: string) => {
      try {
        parseConfig(text, 'f.yaml');
      } catch (error) {
        return (error as AppError).publicMessage;
      }
      return '';
    };
    assert.match(told(slack), /f\.yaml:5: slack\.signIn\.issuer: .*has signIn, with publicUrl/u);
    assert.match(
      told(slack + signIn('https://b.example')),
      /:5: slack\.signIn\.issuer: "https:\/\/a\.example" is no issuer of signIn; there are: https:\/\/b\.example/u,
    );
    assert.equal(told(slack + signIn('https://a.example')), '');
  });

  it('says where the YAML itself is broken', () => {
    assert.throws(() => parseConfig('owner: [a\nx: 1', 'f.yaml'), { code: 'CONFIG_INVALID' });
    assert.throws(
      () => parseConfig('{ owner: a }\nsearch: { synonyms: s.txt }', 'f.yaml'),
      (error: AppError) => error.publicMessage.split('\n').length === 2,
    );
  });

  it('[config.missing] finds the nearest file above, then the one at home, else says what to run', async () => {
    const deep = join(folder, 'a', 'b');
    await mkdir(deep, { recursive: true });
    await assert.rejects(findConfig(undefined, deep, folder), (error: AppError) =>
      /fumi init/.test(error.publicMessage),
    );
    await writeFile(join(folder, 'a', 'fumikura.yaml'), GOOD);
    assert.equal(await findConfig(undefined, deep, folder), join(folder, 'a', 'fumikura.yaml'));
    await assert.rejects(findConfig(undefined, folder, folder), (error: AppError) => {
      assert.match(error.publicMessage, /but there is a\/fumikura\.yaml.*with --config a\/fumikura\.yaml/u);
      return error.code === 'CONFIG_NOT_FOUND';
    });
    await assert.rejects(findConfig(join(folder, 'no.yaml'), deep, folder), { code: 'CONFIG_NOT_FOUND' });
  });

  it('[config.comments] adds and removes a source without losing comments, and refuses a name that is taken', async () => {
    const file = join(folder, 'edit.yaml');
    await writeFile(file, GOOD);
    await addSource(file, { id: 'files:notes', root: '/tmp/notes' });
    await assert.rejects(addSource(file, { id: 'files:notes', root: '/tmp' }), { code: 'SOURCE_EXISTS' });
    assert.deepEqual(
      (await loadConfig(file)).sources.map(({ id }) => id),
      ['files:handbook', 'files:notes'],
    );
    assert.match(await readFile(file, 'utf8'), /# kept/);
    await removeSource(file, 'files:handbook');
    assert.deepEqual(
      (await loadConfig(file)).sources.map(({ id }) => id),
      ['files:notes'],
    );
    await assert.rejects(removeSource(file, 'files:handbook'), { code: 'SOURCE_UNKNOWN' });
  });

  it('adds the first source to a file without any', async () => {
    const file = join(folder, 'empty.yaml');
    await writeFile(file, 'sources: []\n');
    await addSource(file, { id: 'files:a', root: '.' });
    assert.equal((await loadConfig(file)).sources.length, 1);
  });
});
