import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '@fumikura/errors';
import type { Embedder } from '@fumikura/ports';
import { createLikeness } from './likeness.ts';
import type { LikenessOptions } from './likeness.ts';
import { verify } from './verify.ts';

const EVIDENCE = 'The committee publishes the findings of the audit in the internal portal every spring.';
const OTHERWISE = 'The committee publishes the results of the audit in the internal portal every spring.';
const ELSE = 'The committee publishes the budget of the audit in the internal portal every spring.';

/** Each text by its angle: the cosine of two is that of the difference. */
const ANGLES: Readonly<Record<string, number>> = {
  [EVIDENCE]: 0,
  [OTHERWISE]: 0.2,
  [ELSE]: 0.2,
  findings: 0,
  results: 0.5,
  budget: 1.4,
};

function embedder(more: Partial<Embedder> = {}): Embedder & { readonly asked: string[][] } {
  const asked: string[][] = [];
  return {
    asked,
    identity: { model: 'all-MiniLM-L6-v2@1', dimension: 2, promptForm: '' },
    languages: ['en'],
    textsPerCall: 8,
    embed: async (texts) => {
      asked.push([...texts]);
      const results = texts.map((text) => {
        const angle = ANGLES[text] ?? 3;
        return { vector: Float32Array.of(Math.cos(angle), Math.sin(angle)) };
      });
      return { results, tokens: 0 };
    },
    warmUp: async () => undefined,
    close: async () => undefined,
    ...more,
  };
}

const signal = new AbortController().signal;

function otherWords(claim: string, evidence = EVIDENCE) {
  const { isSupported, otherWords: said } = verify(claim, [{ text: evidence }]);
  assert.equal(isSupported, false);
  return said;
}

async function vote(of: Embedder, claim = OTHERWISE, more: Partial<LikenessOptions> = {}): Promise<boolean> {
  const said = otherWords(claim);
  assert.ok(said, 'the claim is asked about');
  return createLikeness({ open: async () => of, ...more })(said, signal);
}

describe('an embedder beside the rules', () => {
  it('lets through another word that is near to one of the evidence, in one call', async () => {
    const model = embedder();
    assert.equal(await vote(model), true);
    assert.equal(model.asked.length, 1);
    assert.ok(model.asked[0]?.includes('findings'));
  });

  it('refuses a word that is near to none, however like the sentence is', async () => {
    assert.equal(await vote(embedder(), ELSE), false);
  });

  it('refuses an added word, which stands for none of the evidence', async () => {
    const added = EVIDENCE.replace('the findings', 'the results findings');
    assert.equal(await vote(embedder(), added), false);
  });

  it('refuses what is unlike as a whole', async () => {
    const far = embedder({
      embed: async (texts) => ({
        results: texts.map((text) => ({
          vector: text === OTHERWISE ? Float32Array.of(0, 1) : Float32Array.of(1, 0),
        })),
        tokens: 0,
      }),
    });
    assert.equal(await vote(far), false);
  });

  it('is not asked where numbers, names, denials, opposites, scope or obligation differ', () => {
    for (const wrong of [
      OTHERWISE.replace('every spring', 'every autumn'),
      OTHERWISE.replace('internal', 'external'),
      OTHERWISE.replace('publishes', 'does not publish'),
      OTHERWISE.replace('publishes', 'must publish'),
      OTHERWISE.replace('The committee', 'Ana Duarte'),
      OTHERWISE.replace('the audit', 'the 3 audits'),
      OTHERWISE.replace('the internal', 'only the internal'),
    ])
      assert.equal(otherWords(wrong), undefined, wrong);
  });

  it('is not asked about a claim most of whose words are others', () => {
    assert.equal(otherWords('The committee rewards brave gardeners.'), undefined);
  });

  it('has no vote with a model that nobody measured, or that does not know the language', async () => {
    const identity = { model: 'another@1', dimension: 2, promptForm: '' };
    assert.equal(await vote(embedder({ identity })), false);
    const french = embedder({ languages: ['fr'] });
    assert.equal(await vote(french), false);
    assert.deepEqual(french.asked, []);
  });

  it('leaves it at the words when it fails or is late, tells why, and is then left alone', async () => {
    const told: string[] = [];
    let calls = 0;
    const broken = embedder({
      embed: async () => {
        calls++;
        throw new AppError('EMBEDDER_UNAVAILABLE', 'transient', 'away');
      },
    });
    let now = 0;
    const said = otherWords(OTHERWISE);
    assert.ok(said);
    const likeness = createLikeness({
      open: async () => broken,
      onFailed: ({ code }) => told.push(code),
      now: () => now,
    });
    for (let turn = 0; turn < 6; turn++) assert.equal(await likeness(said, signal), false);
    assert.equal(calls, 3);
    assert.deepEqual(
      told,
      Array.from({ length: 3 }, () => 'EMBEDDER_UNAVAILABLE'),
    );
    now += 60_000;
    await likeness(said, signal);
    assert.equal(calls, 4);

    const never = embedder({ embed: () => new Promise(() => undefined) });
    assert.equal(await vote(never, OTHERWISE, { timeoutMs: 1 }), false);
  });

  it('ends with the signal', async () => {
    const said = otherWords(OTHERWISE);
    assert.ok(said);
    const controller = new AbortController();
    const never = embedder({ embed: () => new Promise(() => undefined) });
    const asking = createLikeness({ open: async () => never, timeoutMs: 60_000 })(said, controller.signal);
    controller.abort(new AppError('CANCELLED', 'transient', 'cancelled'));
    await assert.rejects(asking, { code: 'CANCELLED' });
  });
});
