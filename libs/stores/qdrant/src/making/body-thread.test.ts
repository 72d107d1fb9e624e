import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { VersionedDocument } from '@fumikura/ports';
import { DEFAULT_AVERAGES } from '../qdrant-index.ts';
import { bodiesOf } from './bodies.ts';
import type { BodyJob, WriteBody } from './bodies.ts';
import { BodyThread } from './body-thread.ts';

const WORDS_OF_A_BODY = 4_000;

function versioned(at: number, text: string): VersionedDocument {
  return {
    version: 7 + at,
    document: {
      documentId: `test:docs/${at}`,
      aclId: 3,
      title: `Title ${at} 文庫`,
      breadcrumbs: ['Space'],
      source: 'test:docs',
      kind: 'page',
      language: 'en',
      authors: ['Ada'],
      labels: ['x'],
      updatedAt: '2026-01-02T03:04:05.000Z',
      chunks: [
        { ordinal: 0, headingPath: ['Heading'], text, vector: Float32Array.of(0.1, -0.2) },
        { ordinal: 1, headingPath: [], text: 'no vector of its own' },
      ],
    },
  };
}

/** Enough for several bodies. */
function job(name: string): BodyJob {
  const words = Array.from({ length: WORDS_OF_A_BODY * 5 }, (_, at) => `${name}${at}`).join(' ');
  const writes = Array.from({ length: 6 }, (_, at) => versioned(at, words));
  return {
    averages: DEFAULT_AVERAGES,
    writes: writes.map((write) => ({ write, kept: new Map([[1, [0.3, 0.4]]]) })),
  };
}

async function collected(bodies: AsyncIterable<WriteBody>): Promise<string[]> {
  const all: string[] = [];
  for await (const { bytes, collisions } of bodies)
    all.push(`${collisions} ${new TextDecoder().decode(bytes)}`);
  return all;
}

async function using(work: (thread: BodyThread) => Promise<void>): Promise<void> {
  const thread = new BodyThread();
  try {
    await work(thread);
  } finally {
    await thread.close();
  }
}

describe('a thread that makes the bodies of writes', () => {
  it('makes the same as without one, for several jobs at a time', () =>
    using(async (thread) => {
      const jobs = ['a', 'b'].map(job);
      const here = jobs.map((each) =>
        [...bodiesOf(each)].map(
          ({ bytes, collisions }) => `${collisions} ${new TextDecoder().decode(bytes)}`,
        ),
      );
      assert.ok((here[0]?.length ?? 0) > 3, 'several bodies');
      assert.deepEqual(await Promise.all(jobs.map((each) => collected(thread.bodies(each)))), here);
    }));

  it('ends a job early, and goes on with the next', () =>
    using(async (thread) => {
      for await (const { bytes } of thread.bodies(job('left'))) {
        assert.ok(bytes.length > 0);
        break;
      }
      assert.ok((await collected(thread.bodies(job('next')))).length > 3);
    }));

  it('says what went wrong in it, and is there for the next job', () =>
    using(async (thread) => {
      const { averages, writes } = job('x');
      const broken = { averages, writes: writes.map(({ write }) => ({ write })) } as unknown as BodyJob;
      await assert.rejects(collected(thread.bodies(broken)), { code: 'UNEXPECTED' });
      assert.ok((await collected(thread.bodies(job('next')))).length > 3);
    }));

  it('a job that was under way when it is closed fails, instead of waiting for ever', async () => {
    const thread = new BodyThread();
    const bodies = thread.bodies(job('x'));
    await bodies.next();
    const rest = collected(bodies);
    await Promise.all([assert.rejects(rest, { code: 'UNEXPECTED' }), thread.close()]);
  });
});
