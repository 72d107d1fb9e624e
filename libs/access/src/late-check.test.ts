import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '@fumikura/errors';
import type { Principal, SourceId } from '@fumikura/model';
import type { Connector } from '@fumikura/ports';
import { testAccess } from '@fumikura/testkit';
import { createLateCheck } from './index.ts';
import type { LateCheckOptions } from './late-check.ts';

const WIKI: SourceId = 'confluence:acme';
const ada: Principal = `user:${WIKI}:ada`;
const access = testAccess([1], ['user:local:ada', ada, 'group:confluence:acme:x', 'user:jira:acme:ada']);
const ids = ['a', 'b', 'c'].map((id) => `${WIKI}/page/${id}`);
const documents = ids.map((id) => ({ id, source: WIKI }));
type Ask = NonNullable<Connector['mayRead']>;

type Answers = Readonly<Record<string, boolean>>;

/** A source that says these, the late ones when they are released; counts how often it is asked. */
function source(answers: Answers, late: Answers = {}, released: Promise<unknown> = Promise.resolve()) {
  const asked: { accounts: readonly Principal[]; ids: readonly string[] }[] = [];
  const ask: Ask = async function* (accounts, wanted) {
    asked.push({ accounts, ids: wanted });
    const told = function* (from: Answers) {
      for (const id of wanted) {
        const mayRead = from[id.at(-1) ?? ''];
        if (mayRead !== undefined) yield { id, mayRead };
      }
    };
    yield* told(answers);
    await released;
    yield* told(late);
  };
  return { asked, ask };
}

function failing(error: Error) {
  let asked = 0;
  const ask: Ask = async function* () {
    asked++;
    throw error;
  };
  return { ask, times: () => asked };
}

const forbidden = new AppError('SOURCE_FORBIDDEN', 'permission', 'may not ask about others');
const checker = (ask: Ask | undefined, options: Partial<LateCheckOptions> = {}) =>
  createLateCheck({
    askOf: () => ask && { ask, isOwn: false },
    whenOf: async () => 'due',
    budgetMs: 60_000,
    ...options,
  });
const run = (late: ReturnType<typeof checker>) => late.check(documents, access, AbortSignal.timeout(60_000));
const reasons = ({ withheld }: Awaited<ReturnType<typeof run>>) =>
  Object.fromEntries([...withheld].map(([id, reason]) => [id.at(-1), reason]));

describe('[access.late] the source is asked before its documents are shown', () => {
  it('[exchange.late] takes what one person may not ask for theirs alone', async () => {
    const { ask } = source({ a: true, b: true, c: true });
    const bob: Principal = `user:${WIKI}:bob`;
    const asking: Ask = (accounts, wanted, signal) => {
      if (accounts.includes(ada)) throw forbidden;
      return ask(accounts, wanted, signal);
    };
    const late = createLateCheck({
      askOf: () => ({ ask: asking, isOwn: true }),
      whenOf: async () => 'always',
      budgetMs: 60_000,
    });
    const signal = new AbortController().signal;
    assert.equal((await late.check(documents, access, signal)).withheld.size, 3);
    assert.equal((await late.check(documents, testAccess([1], [bob]), signal)).withheld.size, 0);
  });

  it('believes an answer for the question it was asked for, where none is remembered', async () => {
    const { ask, asked } = source({ a: true, b: false, c: true });
    const late = checker(ask, { cacheMs: 0 });
    for (const times of [1, 2]) {
      const { withheld } = await late.check(documents, access, new AbortController().signal);
      assert.deepEqual([...withheld], [[ids[1], 'source-refused']]);
      assert.equal(asked.length, times);
    }
  });

  it('withholds what it refuses, and asks with the accounts of that source alone', async () => {
    const { ask, asked } = source({ a: true, b: false, c: true });
    const result = await run(checker(ask));
    assert.deepEqual(reasons(result), { b: 'source-refused' });
    assert.equal(result.troubled.size, 0);
    assert.deepEqual(asked, [{ accounts: [ada], ids }]);
  });

  it('withholds what did not come in time, says so, and knows it the next time', async () => {
    let release = () => undefined as void;
    const released = new Promise<void>((resolve) => (release = resolve));
    const { ask, asked } = source({ a: true }, { b: true, c: false }, released);
    const late = checker(ask, { budgetMs: 50 });
    const first = await run(late);
    assert.deepEqual(reasons(first), { b: 'source-unconfirmed', c: 'source-unconfirmed' });
    assert.equal(first.troubled.get(WIKI)?.state, 'timed-out');
    release();
    await nextTurn();
    assert.deepEqual(reasons(await run(late)), { c: 'source-refused' });
    assert.equal(asked.length, 1);
  });

  it('remembers an answer as long as it may, and no longer', async () => {
    let now = 0;
    const { ask, asked } = source({ a: true, b: true, c: true });
    const late = checker(ask, { now: () => now, cacheMs: 60_000 });
    await run(late);
    now = 59_999;
    await run(late);
    assert.equal(asked.length, 1);
    now = 60_000;
    await run(late);
    assert.equal(asked.length, 2);
  });

  it('keeps answers of one person from another', async () => {
    const { ask, asked } = source({ a: true, b: true, c: true });
    const late = checker(ask);
    await run(late);
    await late.check(documents, testAccess([1], [`user:${WIKI}:eve`]), AbortSignal.timeout(60_000));
    assert.deepEqual(
      asked.map(({ accounts }) => accounts),
      [[ada], [`user:${WIKI}:eve`]],
    );
  });

  it('withholds everything of a source that fails, and leaves it alone after a few times', async () => {
    const { ask, times } = failing(new AppError('SOURCE_UNAVAILABLE', 'transient', 'away'));
    const late = checker(ask);
    for (let round = 0; round < 6; round++) {
      const result = await run(late);
      assert.equal(result.withheld.size, 3);
      assert.equal(result.troubled.get(WIKI)?.state, 'failed');
    }
    assert.equal(times(), 3);
  });

  it('withholds what the source leaves out of its answer', async () => {
    assert.deepEqual(reasons(await run(checker(source({ a: true }).ask))), {
      b: 'source-unconfirmed',
      c: 'source-unconfirmed',
    });
  });

  it('believes the lists of a source that tells nobody of others, unless it must always be asked', async () => {
    const lenient = await run(checker(failing(forbidden).ask));
    assert.equal(lenient.withheld.size, 0);
    assert.match(lenient.troubled.get(WIKI)?.reason ?? '', /does not tell our account/);
    const strict = await run(checker(failing(forbidden).ask, { whenOf: async () => 'always' }));
    assert.equal(strict.withheld.size, 3);
    assert.equal((await run(checker(undefined))).withheld.size, 0);
    assert.equal((await run(checker(undefined, { whenOf: async () => 'always' }))).withheld.size, 3);
  });

  it('asks nothing where the readers are fresh', async () => {
    const { ask, asked } = source({});
    assert.equal((await run(checker(ask, { whenOf: async () => 'not-due' }))).withheld.size, 0);
    assert.equal(asked.length, 0);
  });
});
