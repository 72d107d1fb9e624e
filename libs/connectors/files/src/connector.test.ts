import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { SourceDocument } from '@fumikura/model';
import type { Connector } from '@fumikura/ports';
import { connectorContract, NETWORK_CASES } from '@fumikura/testkit';
import { createFilesConnector, filesConfigSchema } from './index.ts';
import type { FilesConfigInput } from './index.ts';

const OWNER = 'user:local:owner';

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'fumi-files-'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

function connect(root: string, more: Partial<FilesConfigInput> = {}): Connector {
  return createFilesConnector(
    filesConfigSchema.parse({ id: 'files:t', root, readers: [OWNER], ...more }),
  ) as Connector;
}

async function documents(connector: Connector): Promise<Map<string, SourceDocument>> {
  const found = new Map<string, SourceDocument>();
  for await (const { changes } of connector.pull(undefined, new AbortController().signal)) {
    for (const change of changes)
      if (change.kind === 'upsert') found.set(change.document.externalId, change.document);
  }
  return found;
}

connectorContract({
  make: async () => {
    const root = await folderWith({});
    const folders: { folder: string; readers: [] }[] = [];
    const config = filesConfigSchema.parse({ id: 'files:t', root, readers: [OWNER] });
    return {
      // Restricting is a matter of configuration: the connector is made from the same, changing object.
      connector: createFilesConnector({ ...config, folders } as never) as Connector,
      idOf: (name) => `files:t/${name}/text.md`,
      // A file is its path: moved, it is another document, and the census removes the one before.
      movedIdOf: (name) => `files:t/moved/${name}.md`,
      source: {
        put: async (name, text) => {
          await mkdir(join(root, name), { recursive: true });
          await writeFile(join(root, name, 'text.md'), text);
        },
        remove: (name) => unlink(join(root, name, 'text.md')),
        move: async (name) => {
          await mkdir(join(root, 'moved'), { recursive: true });
          await rename(join(root, name, 'text.md'), join(root, 'moved', `${name}.md`));
        },
        restrict: async (name) => void folders.push({ folder: name, readers: [] }),
        close: () => rm(root, { recursive: true, force: true }),
      },
    };
  },
  skip: [
    ...NETWORK_CASES.map((name) => ({ case: name, reason: 'a folder has no network and no credentials' })),
    { case: 'removal-is-reported', reason: 'a file system reports no removals; the listing shows them' },
    {
      case: 'error-is-not-emptiness',
      reason:
        'an unreadable folder cannot be made by the administrator these tests may run as; the missing root below covers it',
    },
  ],
});

describe('the files connector', () => {
  it('[access.folders] narrows readers by folder rules, innermost last, and starts anew where a rule replaces', async () => {
    const root = await folderWith({ 'a.md': '', 'hr/b.md': '', 'hr/pay/c.md': '', 'hr/public/d.md': '' });
    const folders = [
      { folder: 'hr', readers: [] },
      { folder: 'hr/pay', readers: [] },
      { folder: 'hr/public', readers: ['anyone' as const], replace: true },
    ];
    const found = await documents(connect(root, { folders }));
    const lists = (path: string) => found.get(path)?.acl.allow;
    assert.deepEqual(lists('a.md'), ['files:t/readers']);
    assert.deepEqual(lists('hr/b.md'), ['files:t/readers', 'files:t/folder/hr']);
    assert.deepEqual(lists('hr/pay/c.md'), ['files:t/readers', 'files:t/folder/hr', 'files:t/folder/hr/pay']);
    assert.deepEqual(lists('hr/public/d.md'), ['files:t/folder/hr/public']);
    await rm(root, { recursive: true });
  });

  it('[access.folders] never leaves the root by a link, ends on a cycle, and opens nothing that the target folder closes', async () => {
    const outside = await folderWith({ 'secret.md': 'outside' });
    const root = await folderWith({ 'public/a.md': 'a', 'hr/b.md': 'b' });
    await symlink(join(outside, 'secret.md'), join(root, 'public', 'leak.md'));
    await symlink(outside, join(root, 'public', 'leakfolder'));
    await symlink(root, join(root, 'public', 'cycle'));
    await symlink(join(root, 'hr', 'b.md'), join(root, 'public', 'link.md'));
    const found = await documents(connect(root, { folders: [{ folder: 'hr', readers: [] }] }));
    assert.deepEqual([...found.keys()].sort(), ['hr/b.md', 'public/a.md', 'public/link.md']);
    assert.ok(found.get('public/link.md')?.acl.allow.includes('files:t/folder/hr'));
    await Promise.all([root, outside].map((folder) => rm(folder, { recursive: true })));
  });

  it('obeys ignore files, globs and hidden names', async () => {
    const root = await folderWith({
      '.gitignore': 'build/\n*.log\n',
      '.hidden.md': '',
      'a.md': '',
      'x.log': '',
      'build/b.md': '',
      'docs/c.md': '',
      'docs/.fumiignore': 'd.md',
      'docs/d.md': '',
      'drafts/e.md': '',
    });
    const found = await documents(connect(root, { exclude: ['drafts/**'] }));
    assert.deepEqual([...found.keys()], ['a.md', 'docs/c.md']);
    assert.deepEqual([...(await documents(connect(root, { include: ['docs/**'] }))).keys()], ['docs/c.md']);
    await rm(root, { recursive: true });
  });

  it('reports a file that is too large as failed, by name', async () => {
    const root = await folderWith({ 'large.md': 'x'.repeat(100) });
    for await (const { changes } of connect(root, { maxFileBytes: 10 }).pull(
      undefined,
      new AbortController().signal,
    )) {
      const failed = changes.find(({ kind }) => kind === 'failed');
      assert.ok(
        failed?.kind === 'failed' &&
          failed.error.code === 'CONTENT_TOO_LARGE' &&
          failed.error.publicMessage.includes('large.md'),
      );
    }
    await rm(root, { recursive: true });
  });

  it('reports folders that are too deep by name, and lists the rest all the same', async () => {
    const root = await folderWith({ 'a.md': '', [`${'d/'.repeat(102)}deep.md`]: '' });
    const connector = connect(root);
    const signal = new AbortController().signal;
    const failed = [];
    for await (const { changes } of connector.pull(undefined, signal))
      failed.push(...changes.filter(({ kind }) => kind === 'failed'));
    assert.equal(failed.length, 1);
    assert.match(
      failed[0]?.kind === 'failed' ? failed[0].error.publicMessage : '',
      /more than 100 folders deep/,
    );
    const listed = [];
    for await (const ids of connector.listIds?.(signal) ?? []) listed.push(...ids);
    assert.equal(listed.filter((id) => id.endsWith('.md')).length, 1);
    await rm(root, { recursive: true });
  });

  it('says at once when the root or a rule names nothing', async () => {
    const root = await folderWith({ 'a.md': '' });
    const signal = new AbortController().signal;
    await assert.rejects(connect(join(root, 'nowhere')).check(signal), { code: 'SOURCE_PATH_MISSING' });
    await assert.rejects(connect(join(root, 'a.md')).check(signal), { code: 'SOURCE_NOT_A_FOLDER' });
    await assert.rejects(connect(root, { folders: [{ folder: 'hr', readers: [] }] }).check(signal), {
      code: 'SOURCE_PATH_MISSING',
    });
    await rm(root, { recursive: true });
    await assert.rejects(documents(connect(root)));
  });

  it('reads the bytes of a file, and says "gone" when it vanished', async () => {
    const root = await folderWith({ 'a.md': 'hello', 'b.md': 'bye' });
    const found = await documents(connect(root));
    const signal = new AbortController().signal;
    const body = (path: string) => {
      const { body: content } = found.get(path) as SourceDocument;
      assert.ok(content.type === 'content');
      return content.read(signal);
    };
    assert.equal(Buffer.from(await body('a.md')).toString(), 'hello');
    await unlink(join(root, 'b.md'));
    await assert.rejects(body('b.md'), { kind: 'not-found' });
    await rm(root, { recursive: true });
  });
});
