import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '@fumikura/testkit';
import { SIMULATED_MODEL, startEmbeddings } from '../simulators/embeddings/server.ts';
import type { EmbeddingEndpoint } from '../simulators/embeddings/server.ts';
import { createHome, STACK_TRACE } from './fumi.ts';
import type { Home } from './fumi.ts';

const KEY_NAME = 'FUMI_TEST_EMBEDDING_KEY';
const NOTES = 1_800;
/** Texts of one call of the stage, in two requests. */
const CALL = 512;
const LEASE_MS = 10_500;

describe('vectors from an endpoint', () => {
  let home: Home;
  let endpoint: EmbeddingEndpoint;
  before(() => {
    process.env[KEY_NAME] = 'sk-simulated-key';
  });
  after(() => {
    Reflect.deleteProperty(process.env, KEY_NAME);
  });
  beforeEach(async () => {
    endpoint = await startEmbeddings();
    home = await createHome({
      'secrets.md': '# Secrets\n\nCredentials are rotated every ninety days by the platform team.',
      'leave.md': '# Leave\n\nAnnual leave is twenty five days, booked with your lead.',
    });
  });
  afterEach(async () => {
    await endpoint.simulator.close();
    await home.remove();
  });

  const add = (...more: string[]) =>
    home.json(
      ...['embed', 'add', 'openai', SIMULATED_MODEL, '--url', endpoint.baseUrl.href],
      ...['--key-env', KEY_NAME, '--price', '2', ...more],
    );

  it('are chosen with a cost estimate before, made by a sync, and compared by a search', async () => {
    await home.run(['sync']);
    const added = await add();
    assert.deepEqual(added['estimate'], { chunks: 2, tokens: 520, usd: 0.00104 });
    const fetched = await home.run(['sync']);
    assert.equal(fetched.code, 0, fetched.stderr);
    assert.match(fetched.stdout, /vectors: 2 of 2 chunks, 2 made/);
    const found = await home.json('search', 'how are credentials rotated', '--explain');
    const [first] = found['hits'] as { title: string; explain: Record<string, number> }[];
    assert.equal(first?.title, 'Secrets');
    assert.ok((first?.explain['cosine'] ?? 0) > 0.1);
    assert.deepEqual(found['notices'], []);
    const status = await home.json('embed', 'status');
    assert.equal((status['spentToday'] as { texts: number }).texts, 2);
    assert.deepEqual(endpoint.violations(), []);
    const sources = await home.run(['sources']);
    assert.match(sources.stdout, /no vectors yet/);
    assert.match(sources.stdout, /tokens today, \$0\.0/);
  });

  it('[embed.fallback] are missed aloud when the endpoint is gone: words answer', async () => {
    await home.run(['sync']);
    await add();
    await home.run(['sync']);
    await endpoint.simulator.close();
    const found = await home.json('search', 'how are credentials rotated');
    assert.equal((found['hits'] as { title: string }[])[0]?.title, 'Secrets');
    assert.match(String((found['notices'] as string[])[0]), /words alone/);
    await home.write('notes/new.md', '# New\n\nSomething else was written meanwhile.');
    const sync = await home.run(['sync'], {});
    assert.match(sync.stdout, /1 written/);
    assert.equal(sync.code, 75, sync.stderr);
    assert.match(sync.stderr, /embedder cannot be reached/);
    assert.doesNotMatch(sync.stderr, STACK_TRACE);
    assert.equal(((await home.json('search', 'written meanwhile'))['hits'] as unknown[]).length, 1);
  });

  it('[embed.pause] wait while they are paused, and go on where they were', async () => {
    await home.run(['sync']);
    await add();
    await home.run(['embed', 'pause']);
    assert.match((await home.run(['sync'])).stdout, /vectors: paused/);
    assert.deepEqual(
      endpoint.embedded.filter((text) => text.includes('ninety')),
      [],
    );
    const resumed = await home.run(['embed', 'resume']);
    assert.match(resumed.stdout, /2 chunks wait for vectors: about 520 tokens, at most \$0\.0010/);
    assert.match(resumed.stdout, /vectors: 2 of 2 chunks/);
  });

  it('[embed.killed] survive a process that is killed: what was answered is kept, and the next one goes on', async () => {
    for (let at = 0; at < NOTES; at++)
      await home.write(
        `notes/n${at}.md`,
        `# Note ${at}\n\nUnique content number ${at * 7_919} of this note.`,
      );
    await home.run(['sync']);
    await add();
    endpoint.simulator.setPace({ latencyMs: 400 });
    const before = endpoint.embedded.length;
    for (let kill = 0; kill < 2; kill++) {
      const seen = new Set(endpoint.embedded.slice(before)).size;
      const running = home.start(['embed', 'resume']);
      // One call is answered and kept, the next one is under way.
      await until(() => endpoint.embedded.length - before >= seen + CALL + 1);
      running.process.kill('SIGKILL');
      await running.ended;
      // Its lease has to expire.
      await delay(LEASE_MS);
    }
    const last = await home.json('embed', 'resume');
    assert.equal(last['outcome'], 'done');
    const asked = endpoint.embedded.slice(before);
    assert.equal(new Set(asked).size, NOTES + 2);
    // Answers that were on their way when a process died reached nobody: one call at most each time.
    assert.ok(asked.length - new Set(asked).size <= 2 * CALL, `${asked.length} texts asked for`);
    assert.ok(
      Number(last['embedded']) <= NOTES + 2 - 2 * (CALL / 2),
      `${String(last['embedded'])} were left`,
    );
    const { sources } = (await home.json('embed', 'status')) as { sources: { waitingChunks: number }[] };
    assert.deepEqual(
      sources.map(({ waitingChunks }) => waitingChunks),
      [0],
    );
    assert.equal((await home.run(['doctor'])).code, 0);
  });

  it('are made by a server beside its work, and follow what is written', async () => {
    await home.run(['sync']);
    await add();
    const running = home.start(['up', '--port', '0']);
    const isEmbedded = async (text: string) => {
      while (!endpoint.embedded.some((each) => each.includes(text))) {
        assert.equal(running.process.exitCode, null, 'the server ended');
        await delay(50);
      }
    };
    await isEmbedded('ninety days');
    await home.write('notes/later.md', '# Later\n\nThis was written while the server ran.');
    await isEmbedded('while the server ran');
    running.process.kill('SIGINT');
    const { code, stderr } = await running.ended;
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, STACK_TRACE);
  });

  it('refuse a key that is wrong, and an endpoint that is not there, before anything is configured', async () => {
    process.env[KEY_NAME] = 'wrong';
    const { code, stderr } = await home.run([
      ...['embed', 'add', 'openai', SIMULATED_MODEL, '--url', endpoint.baseUrl.href, '--key-env', KEY_NAME],
    ]);
    process.env[KEY_NAME] = 'sk-simulated-key';
    assert.notEqual(code, 0);
    assert.match(stderr, /does not accept our key/);
    assert.doesNotMatch(stderr, /wrong/);
    assert.match((await home.run(['embed', 'status'])).stdout, /No embedder/);
    const unset = await home.run([
      ...[
        'embed',
        'add',
        'openai',
        SIMULATED_MODEL,
        '--url',
        endpoint.baseUrl.href,
        '--key-env',
        'NOT_SET_ANYWHERE',
      ],
    ]);
    assert.match(unset.stderr, /NOT_SET_ANYWHERE is not set/);
  });
});
