import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '@fumikura/errors';
import { silentLogger } from '@fumikura/logging';
import type { Answering } from '@fumikura/answering';
import type { Principal } from '@fumikura/model';
import type { Knowledge } from '@fumikura/retrieval';
import { testAccess } from '@fumikura/testkit';
import type { CallContext, ShownEvent } from '../deps.ts';
import { answer } from './answer.ts';

const request = { mcpReq: { signal: new AbortController().signal } } as never;

/** The caller's principals, at each time they are asked; the last ones stay. */
function callWith(states: readonly (readonly Principal[] | AppError)[], mayUse: () => boolean = () => true) {
  const shown: ShownEvent[] = [];
  let at = 0;
  const call = {
    context: {} as never,
    deps: {
      knowledge: {} as Knowledge,
      answering: {} as Answering,
      access: { filterFor: () => Promise.reject(new Error('not asked here')) },
      logger: silentLogger,
      version: '0',
      resolvePerson: () => ({ issuer: 'local', subject: 'me' }),
      mayUse,
      onShown: async (event: ShownEvent) => void shown.push(event),
    },
    caller: async () => {
      const state = states[Math.min(at++, states.length - 1)] ?? [];
      if (state instanceof AppError) throw state;
      return { person: { issuer: 'local', subject: 'me' }, access: testAccess([1], state) };
    },
  } satisfies CallContext;
  let made = 0;
  const work = async () => ({ value: `answer ${++made}`, documentIds: ['files:a/b'] });
  return { shown, run: () => answer(call, request, { via: 'search_knowledge', query: 'x' }, work) };
}

const [one, two, three] = [['user:local:me'], ['anyone'], ['group:local:x']] as const;

describe('[people.running] rights that change while an answer is made', () => {
  it('leaves an answer alone when nothing changed', async () => {
    const { run, shown } = callWith([one]);
    assert.equal(await run(), 'answer 1');
    assert.deepEqual(
      shown.map(({ documentIds }) => documentIds),
      [['files:a/b']],
    );
  });

  it('makes it again with the rights of now, and writes down what is shown alone', async () => {
    const { run, shown } = callWith([one, two, two]);
    assert.equal(await run(), 'answer 2');
    assert.equal(shown.length, 1);
  });

  it('refuses when they go on changing', async () => {
    const { run, shown } = callWith([one, two, three, one, two, three]);
    await assert.rejects(
      run,
      (error: AppError) => error.code === 'RIGHTS_CHANGED' && error.kind === 'conflict',
    );
    assert.equal(shown[0]?.refusedWith, 'RIGHTS_CHANGED');
    assert.deepEqual(shown[0]?.documentIds, []);
  });

  it('gives nothing to a caller whose credential ended or whose role went meanwhile', async () => {
    const ended = new AppError('PERSON_UNKNOWN', 'permission', 'gone');
    await assert.rejects(callWith([one, ended]).run, { code: 'PERSON_UNKNOWN' });
    let asked = 0;
    await assert.rejects(callWith([one], () => asked++ === 0 || asked === 1).run, { code: 'ROLE_MISSING' });
  });
});
