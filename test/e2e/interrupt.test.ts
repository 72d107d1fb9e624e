import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createHome, STACK_TRACE } from './fumi.ts';
import type { Home } from './fumi.ts';

const INTERRUPTED = 130;
const TRY_AGAIN = 75;
const SECTIONS = 600;
const FILES = 8;

/** Enough for several commits: each section is a chunk. `marker` stands in every section, the numbers in one. */
function longText(file: number): string {
  const filler = 'The keeper of the storehouse writes down what came in and what went out that day. '.repeat(
    14,
  );
  return Array.from({ length: SECTIONS }, (_, at) => `## Part ${at}\n\nmark${file}x${at} ${filler}`).join(
    '\n\n',
  );
}

/** Every word stands once: folding takes a step for each two thousand of them. */
function manyWords(file: number): string {
  const words = (at: number) => Array.from({ length: 150 }, (_, word) => `u${file}q${at}z${word}`).join(' ');
  return Array.from({ length: 220 }, (_, at) => `## Part ${at}\n\n${words(at)}`).join('\n\n');
}

async function isComplete(home: Home, words: readonly string[]): Promise<void> {
  const again = await home.run(['sync']);
  assert.equal(again.code, 0, again.stderr);
  for (const word of words)
    assert.equal(((await home.json('search', word))['hits'] as unknown[]).length, 1, word);
  const doctor = await home.run(['doctor']);
  assert.equal(doctor.code, 0, doctor.stdout);
}

/** Starts it, waits for the text, interrupts it. */
async function interruptAt(home: Home, args: readonly string[], says: string) {
  const running = home.start(args);
  await running.says(says);
  running.process.kill('SIGINT');
  const outcome = await running.ended;
  assert.equal(outcome.code, INTERRUPTED, outcome.stderr.slice(-2_000));
  assert.doesNotMatch(outcome.stderr, STACK_TRACE);
  return outcome;
}

describe('Ctrl-C', () => {
  const marks = [0, FILES - 1].map((file) => `mark${file}x${SECTIONS - 1}`);
  const phases = {
    '[interrupt.listing] while listing': '"phase":"listing"',
    '[interrupt.reading] while reading': '"event":"sync.item.reading"',
    '[interrupt.parsing] while parsing': '"event":"sync.item.parsing"',
    '[interrupt.writing] while writing': '"event":"sync.batch.writing"',
  };
  for (const [when, says] of Object.entries(phases)) {
    it(`${when} stops cleanly, and the next sync finds everything`, async () => {
      const home = await createHome();
      for (let file = 0; file < FILES; file++) await home.write(`notes/${file}.md`, longText(file));
      const { stdout } = await interruptAt(home, ['sync', '--verbose'], says);
      assert.match(stdout, /Stopped. The next sync goes on from here/);
      assert.equal((await home.run(['search', 'storehouse'])).code, 0, 'usable in between');
      await isComplete(home, marks);
      await home.remove();
    });
  }

  it('[interrupt.census] while looking for what is gone removes nothing that is there', async () => {
    const files = Array.from({ length: 1_500 }, (_, n) => [`${n}.md`, `small${n}`] as const);
    const home = await createHome(Object.fromEntries(files));
    await interruptAt(home, ['sync', '--verbose'], '"phase":"census"');
    await isComplete(home, ['small0', 'small1499']);
    await home.remove();
  });

  it('[interrupt.folding] while folding leaves an index that is whole, and the next sync goes on', async () => {
    const home = await createHome();
    for (let file = 0; file < 4; file++) {
      await home.write(`notes/${file}.md`, manyWords(file));
      assert.equal((await home.run(['sync'])).code, 0);
    }
    await home.write('notes/4.md', manyWords(4));
    await interruptAt(home, ['sync', '--verbose'], '"event":"index.folding"');
    await isComplete(home, ['u0q0z0', 'u4q219z149']);
    await home.remove();
  });

  it('[interrupt.rebuild] while the index is made anew leaves the old one in use, and the next rebuild ends', async () => {
    const home = await createHome();
    for (let file = 0; file < FILES; file++) await home.write(`notes/${file}.md`, longText(file));
    assert.equal((await home.run(['sync'])).code, 0);
    await interruptAt(home, ['doctor', '--rebuild'], 'index: made anew for');
    await isComplete(home, marks);
    assert.equal((await home.run(['doctor', '--rebuild'])).code, 0);
    await isComplete(home, marks);
    await home.remove();
  });

  it('[interrupt.serving] ends a server, and its port is free again', async () => {
    const home = await createHome({ 'a.md': 'otter' });
    const running = home.start(['up', '--port', '0', '--no-watch', '--json', '--verbose']);
    await new Promise((resolve) => running.process.stdout?.once('data', resolve));
    running.process.kill('SIGINT');
    const { code, stdout, stderr } = await running.ended;
    assert.equal(code, 0, stderr);
    await assert.rejects(fetch((JSON.parse(stdout) as { url: string }).url));
    await home.remove();
  });

  it('[interrupt.serving] ends a server well in the middle of a reading too, which goes on later', async () => {
    const home = await createHome();
    for (let file = 0; file < FILES; file++) await home.write(`notes/${file}.md`, longText(file));
    const running = home.start(['up', '--port', '0', '--verbose']);
    await running.says('"event":"sync.item.parsing"');
    running.process.kill('SIGTERM');
    const { code, stdout, stderr } = await running.ended;
    assert.equal(code, 0, stderr.slice(-2_000));
    assert.match(stdout, /Stopped. The next sync goes on from here/);
    await isComplete(home, marks);
    await home.remove();
  });
});

describe('two syncs of one source at once', () => {
  let home: Home;
  before(async () => {
    home = await createHome({ 'a.md': longText(0) });
  });
  after(() => home.remove());

  it('[sync.one-at-a-time] let the first work and tell the second who works and what to do', async () => {
    const first = home.start(['sync', '--verbose']);
    await first.says('"event":"sync.item.parsing"');
    // It holds the source and nothing else: it parses.
    first.process.kill('SIGSTOP');
    const second = await home.run(['sync']);
    first.process.kill('SIGCONT');
    assert.equal(second.code, TRY_AGAIN, second.stderr);
    assert.match(second.stderr, /files:notes is being synced by another process.*Wait for it/);
    assert.doesNotMatch(second.stderr, STACK_TRACE);
    assert.equal((await first.ended).code, 0);
    assert.equal(((await home.json('search', 'mark0x0'))['hits'] as unknown[]).length, 1);
  });
});
