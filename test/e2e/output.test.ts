import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { after, before, describe, it } from 'node:test';
import { createHome, PROGRAM, STACK_TRACE } from './fumi.ts';
import type { Home } from './fumi.ts';

describe('what fumi prints', () => {
  let home: Home;
  before(async () => {
    home = await createHome({
      'otter.md':
        '# The otter\n\n## Food\n\n| prey | share |\n|---|---|\n| fish | 80 % |\n\n```sh\nfeed otter\n```\n',
      'lost.bin': '\u0000\u0001',
    });
    await home.write('collection/corpus.jsonl', '{"id":"d","title":"Otter","text":"It swims."}\n');
    await home.write('collection/queries.jsonl', '{"id":"q","text":"swimming otter"}\n');
    await home.write('collection/qrels.tsv', 'q\td\t1\n');
  });
  after(() => home.remove());

  const commands: readonly (readonly string[])[] = [
    ['sync'],
    ['sync', '--dry-run'],
    ['search', 'otter'],
    ['get', 'files:notes/otter.md'],
    ['get', 'files:notes/otter.md', '--outline'],
    ['sources'],
    ['people'],
    ['dead-letters'],
    ['jobs'],
    ['sources', 'files:notes'],
    ['doctor'],
    ['doctor', '--rebuild'],
    ['eval', 'collection'],
    ['mcp', 'install', 'cursor', '--dry-run'],
    ['exit-codes'],
    ['plan', '--documents', '5M', '--people', '20k'],
    ['start', '--no-serve'],
    ['init', 'another'],
    ['source', 'add', 'files', 'collection'],
    ['source', 'remove', 'files:collection', '--yes'],
  ];

  it('[cli.json] is one JSON value alone on standard output with --json, whatever the command', async () => {
    for (const args of commands) {
      const { code, stdout, stderr } = await home.run([...args, '--json']);
      assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
      assert.equal(typeof JSON.parse(stdout), 'object', args.join(' '));
      assert.equal(stdout.trimEnd().split('\n').length, 1, args.join(' '));
    }
  });

  it('[cli.pipe] ends in silence when nobody reads on', async () => {
    const run = promisify(execFile);
    const { stderr } = await run('sh', ['-c', '"$0" "$1" search otter | true', process.execPath, PROGRAM], {
      cwd: home.folder,
    });
    assert.equal(stderr, '');
  });

  it('[cli.plain] is plain lines where no terminal reads them', async () => {
    for (const args of commands.filter(
      ([name]) => name !== 'init' && name !== 'source' && name !== 'start',
    )) {
      const { code, stdout, stderr } = await home.run(args);
      assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
      assert.notEqual(stdout.trim(), '', args.join(' '));
      assert.ok(!/[\u0000-\u0009\u000b-\u001f]/u.test(stdout + stderr), args.join(' '));
    }
  });

  it('shows a visitor answers, and nothing to go on with that leads nowhere', async () => {
    const { code, stdout, stderr } = await home.run(['start', '--no-serve']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /\? how do we rotate secrets\n1\. Rotating secrets/u);
    assert.doesNotMatch(stdout, /--cursor/u);
  });

  it('[cli.plain] shows a hit without the marks of its markup', async () => {
    const { stdout } = await home.run(['search', 'otter', 'fish']);
    assert.match(stdout, /Food — prey \| share fish \| 80 % feed otter/);
    assert.doesNotMatch(stdout, /```|---|# /);
  });

  it('[cli.exit-codes] lists the exit codes with what each means', async () => {
    const { exitCodes } = (await home.json('exit-codes')) as {
      exitCodes: { code: number; meaning: string }[];
    };
    assert.deepEqual(
      exitCodes.map(({ code }) => code),
      [0, 1, 2, 3, 4, 5, 6, 7, 75, 130],
    );
    for (const { meaning } of exitCodes) assert.ok(meaning.length > 3);
  });

  it('[cli.json-errors] tells mistakes as JSON too, the parser’s and ours', async () => {
    for (const [args, exitCode, code, says] of [
      [['serach', 'x'], 2, 'INVALID_ARGUMENT', /unknown command 'serach'.*search/],
      [['search', 'x', '--limti', '3'], 2, 'INVALID_ARGUMENT', /--limit/],
      [['search', 'x', '--limit', '0'], 2, 'LIMIT_OUT_OF_RANGE', /1 to 50/],
      [['get', 'files:notes/none.md'], 4, 'DOCUMENT_NOT_FOUND', /No such document/],
    ] as const) {
      const outcome = await home.run([...args, '--json']);
      const { error } = JSON.parse(outcome.stdout) as { error: { code: string; message: string } };
      assert.deepEqual([outcome.code, error.code], [exitCode, code]);
      assert.match(error.message, says);
    }
  });

  it('[server.port-range] refuses a port that is none', async () => {
    for (const port of ['70000', '-1', 'x']) {
      const { code, stderr } = await home.run(['up', `--port=${port}`]);
      assert.equal(code, 2);
      assert.match(stderr, /from 0 to 65535/);
    }
  });

  it('[cli.init-refuses] says why no configuration can be written, and overwrites none', async () => {
    const refused = async (folder: string, says: RegExp) => {
      const { code, stderr } = await home.run(['init', folder]);
      assert.equal(code, 3, stderr);
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, STACK_TRACE);
    };
    await refused('.', /exists already. Edit it, or choose another folder/);
    await refused('notes/otter.md', /it is a file. Choose another folder/);
    await refused('notes/otter.md/below', /a part of the path is a file. Choose another folder/);
  });

  it('[cli.path-missing] names a result to compare with that is not there, before it measures', async () => {
    const { code, stderr } = await home.run(['eval', 'collection', '--compare', 'none.json']);
    assert.equal(code, 2);
    assert.match(stderr, /^fumi: none.json cannot be read. Give a file that --output/);
  });

  it('[config.all-mistakes] tells the mistakes of every section and of every source together', async () => {
    await home.write(
      'mistakes.yaml',
      'owner: A B\npersons: [{ id: x }, { id: x }]\ngroups: [{ id: g, members: [nobody] }]\nserver: { port: 99999 }\n',
    );
    const inFile = await home.run(['sources', '--config', 'mistakes.yaml']);
    assert.equal(inFile.code, 3);
    assert.match(inFile.stderr, /4 problems/);
    for (const says of [/:1: owner/, /:2: .*stands here twice/, /:3: .*"nobody"/, /:4: server.port/])
      assert.match(inFile.stderr, says);
    await home.write(
      'sources.yaml',
      'owner: me\nsources: [{ id: files:a }, { id: files:b, root: ., readers: [ghost] }]\n',
    );
    const inSources = await home.run(['sync', '--config', 'sources.yaml']);
    assert.equal(inSources.code, 3);
    assert.match(inSources.stderr, /2 problems/);
    assert.match(inSources.stderr, /files:a\.root/);
    assert.match(inSources.stderr, /nobody here is called "ghost"; there are: me, everyone, anyone/);
  });
});

describe('two persons of one installation', () => {
  it('[search.cursor-foreign] cannot use the cursor of the other', async () => {
    const files = Array.from(
      { length: 5 },
      (_, n) => [`${n}.md`, `otter ${'again '.repeat(n)}${n * 977}`] as const,
    );
    const home = await createHome(Object.fromEntries(files));
    for (const owner of ['alice', 'bob']) {
      await home.write(
        `${owner}.yaml`,
        `owner: ${owner}\npersons: [{ id: alice }, { id: bob }]\nsources: [{ id: files:notes, root: notes, readers: [everyone] }]\n`,
      );
    }
    assert.equal((await home.run(['sync', '--config', 'alice.yaml'])).code, 0);
    const search = ['search', 'otter', '--limit', '2', '--config'];
    const { nextCursor } = await home.json(...search, 'alice.yaml');
    assert.equal(typeof nextCursor, 'string');
    const hers = await home.run([...search, 'alice.yaml', '--cursor', String(nextCursor)]);
    assert.equal(hers.code, 0, hers.stderr);
    const his = await home.run([...search, 'bob.yaml', '--cursor', String(nextCursor)]);
    const altered = await home.run([...search, 'bob.yaml', '--cursor', `A${String(nextCursor).slice(1)}x`]);
    assert.equal(his.code, 2);
    assert.match(his.stderr, /This cursor cannot be used.*Search again without a cursor/);
    assert.equal(his.stderr, altered.stderr, 'nothing tells the two apart');
    await home.remove();
  });
});
