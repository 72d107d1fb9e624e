import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createAnswering, createMemorySpendBook } from '@fumikura/answering';
import type { Answer, AnswerEvent, Answering, Asker, Summary, WriterOptions } from '@fumikura/answering';
import { Secret } from '@fumikura/config';
import { createOpenaiModel } from '@fumikura/provider-openai';
import { createKnowledge } from '@fumikura/retrieval';
import { createSqliteStore } from '@fumikura/store-sqlite';
import type { SqliteStore } from '@fumikura/store-sqlite';
import { ALICE, allowList, BOB, filterFor, seeded } from '@fumikura/testkit';
import { companyWorld, HIDDEN } from '../bench/answers/company.ts';
import type { Behaviour } from '../simulators/model/behaviours.ts';
import { startModel } from '../simulators/model/server.ts';
import type { ModelEndpoint, ModelHabits } from '../simulators/model/server.ts';

describe('answers of a language model', () => {
  let folder: string;
  let store: SqliteStore;
  let asker: Asker;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fumi-model-'));
    store = await createSqliteStore({ file: join(folder, 'm.db'), inline: true });
    const { writes } = await companyWorld(seeded(7));
    await store.commit({
      source: 'files:company',
      lists: [allowList('all', ALICE, BOB), allowList('few', BOB)],
      upserts: writes,
    });
    asker = {
      access: await filterFor(store.catalog, ALICE),
      person: 'a',
      signal: new AbortController().signal,
    };
  });
  after(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  async function withModel<T>(
    habits: ModelHabits,
    api: 'chat' | 'responses',
    work: (
      ask: (behaviour: Behaviour, key?: string) => Promise<{ answer: Answer; events: AnswerEvent[] }>,
      endpoint: ModelEndpoint,
    ) => Promise<T>,
  ): Promise<T> {
    const endpoint = await startModel(habits);
    const knowledge = await createKnowledge({ store });
    try {
      const { baseUrl, model } = endpoint;
      const languages = new Map<string, ReturnType<typeof createOpenaiModel>>();
      const languageOf = (key: string) => {
        const known =
          languages.get(key) ?? createOpenaiModel({ baseUrl, model, api, apiKey: new Secret(key) });
        languages.set(key, known);
        return known;
      };
      return await work(async (behaviour, key = endpoint.key) => {
        endpoint.behave(behaviour);
        const answering = createAnswering({
          knowledge,
          model: { model: languageOf(key), book: createMemorySpendBook() },
        });
        const events: AnswerEvent[] = [];
        for await (const event of answering.ask('Who is responsible for the Kestrel system?', asker))
          events.push(event);
        const last = events.at(-1);
        assert.ok(last?.kind === 'answer');
        return { answer: last.answer, events };
      }, endpoint);
    } finally {
      await endpoint.close();
    }
  }

  async function answeringOf({ baseUrl, model, key }: ModelEndpoint, more: Partial<WriterOptions>) {
    return createAnswering({
      knowledge: await createKnowledge({ store }),
      model: {
        model: createOpenaiModel({ baseUrl, model, apiKey: new Secret(key) }),
        book: createMemorySpendBook(),
        ...more,
      },
    });
  }

  async function answerOf(answering: Answering, question: string): Promise<Answer> {
    for await (const event of answering.ask(question, asker))
      if (event.kind === 'answer') return event.answer;
    throw new Error('an answer without an end');
  }

  for (const api of ['chat', 'responses'] as const)
    it(`writes claims with citations over ${api}, in requests that fit the description`, () =>
      withModel({}, api, async (ask, endpoint) => {
        const { answer } = await ask('faithful');
        assert.equal(answer.kind, 'written');
        assert.match(answer.claims[0]?.text ?? '', /is responsible for the Kestrel system\.$/u);
        assert.ok(answer.citations.length > 0);
        assert.deepEqual(endpoint.violations, []);
        assert.ok(
          !JSON.stringify(endpoint.requests).includes(HIDDEN),
          'a model was shown what the asker may not read',
        );
      }));

  for (const knows of ['object', 'words'] as const)
    it(`learns once that a server takes answers as ${knows} only`, () =>
      withModel({ knows }, 'chat', async (ask, endpoint) => {
        assert.equal((await ask('faithful')).answer.kind, 'written');
        const tries = endpoint.requests.length;
        assert.equal((await ask('faithful')).answer.kind, 'written');
        assert.equal(endpoint.requests.length, tries + 1);
      }));

  it('[answers.fallback] quotes documents instead when the model cannot be asked, and says why', () =>
    withModel({}, 'chat', async (ask) => {
      for (const behaviour of [
        'busy',
        'over-budget',
        'wrong-model',
        'failing',
        'declining',
        'no-json',
      ] as const) {
        const { answer } = await ask(behaviour);
        assert.equal(answer.kind, 'extracted', behaviour);
        assert.ok(
          answer.notices.some((notice) => /language model/u.test(notice)),
          `${behaviour}: ${answer.notices.join()}`,
        );
      }
      const { answer } = await ask('faithful', 'sk-wrong');
      assert.equal(answer.kind, 'extracted');
      assert.ok(!JSON.stringify(answer).includes('sk-wrong'));
    }));

  it('keeps what was verified before the stream broke off, and says that a part may be missing', () =>
    withModel({ tokensPerSecond: 200 }, 'chat', async (ask) => {
      const { answer } = await ask('half-stream');
      assert.equal(answer.kind, 'written');
      assert.ok(answer.notices.some((notice) => /may lack a part/u.test(notice)));
    }));

  it('refuses when nothing of what the model says holds, or it finds no answer', () =>
    withModel({ hidden: HIDDEN }, 'chat', async (ask) => {
      const hidden = await ask('hidden-citation');
      assert.equal(hidden.answer.kind, 'refused');
      assert.equal(hidden.answer.refusal?.reason, 'not-supported');
      assert.ok(!JSON.stringify(hidden.answer).includes(HIDDEN));
      const refusing = await ask('refusing');
      assert.equal(refusing.answer.refusal?.reason, 'not-answered');
    }));

  it('sums up by a model with verified points, and by quoting when it invents them all', () =>
    withModel({ twist: (text) => `${text} Nobody may object.` }, 'chat', async (_ask, endpoint) => {
      const { baseUrl, model, key } = endpoint;
      const answering = createAnswering({
        knowledge: await createKnowledge({ store }),
        model: {
          model: createOpenaiModel({ baseUrl, model, apiKey: new Secret(key) }),
          book: createMemorySpendBook(),
        },
      });
      const kinds: string[] = [];
      for (const behaviour of ['faithful', 'inventing', 'busy'] as const) {
        endpoint.behave(behaviour);
        const target = { documentIds: ['files:company/Kestrel.md', 'files:company/Heron.md'] };
        for await (const event of answering.summarize(target, asker))
          if (event.kind === 'summary') {
            kinds.push(event.summary.kind);
            assert.ok(event.summary.points.length > 0);
            assert.ok(!JSON.stringify(event.summary.points).includes('Nobody may object'));
          }
      }
      assert.deepEqual(kinds, ['written', 'extracted', 'extracted']);
    }));

  it('asks about each claim once more, which can only take away what the rules let through', () =>
    withModel(
      {
        twist: (text) => `${text} Nobody may object.`,
        // It says yes to whatever is wrong, and no to one that is right.
        judge: (claim) => JSON.stringify({ supported: !claim.includes('Kestrel') }),
      },
      'chat',
      async (_ask, endpoint) => {
        const twice = await answeringOf(endpoint, { asksTwice: true });
        endpoint.behave('inventing');
        const invented = await answerOf(twice, 'Who is responsible for the Kestrel system?');
        assert.equal(invented.kind, 'refused');
        assert.deepEqual(endpoint.judged, [], 'what rules refuse is not asked about');
        endpoint.behave('faithful');
        const { claims, dropped } = await answerOf(twice, 'Who is responsible for the Kestrel system?');
        assert.ok(endpoint.judged.length > 0);
        assert.ok((dropped['second-opinion'] ?? 0) > 0);
        assert.ok(!claims.some(({ text }) => text.includes('Kestrel')));
        assert.deepEqual(endpoint.violations, []);
      },
    ));

  it('lets claims stand by the rules, and says so, when the second question cannot be paid', () =>
    withModel({}, 'chat', async (_ask, endpoint) => {
      endpoint.behave('faithful');
      // Enough for the answer, and not for one request more.
      const options = { asksTwice: true, limits: { tokensPerDay: 2_500 }, maxAnswerTokens: 400 };
      const answer = await answerOf(
        await answeringOf(endpoint, options),
        'Who is responsible for the Kestrel system?',
      );
      assert.equal(answer.kind, 'written');
      assert.deepEqual(endpoint.judged.length < answer.claims.length, true);
      assert.ok(answer.notices.some((notice) => /stand by the rules alone/u.test(notice)));
    }));

  it('takes talk instead of a verdict for a no', () =>
    withModel({ judge: () => 'I think that this is quite right.' }, 'chat', async (_ask, endpoint) => {
      endpoint.behave('faithful');
      const answer = await answerOf(
        await answeringOf(endpoint, { asksTwice: true }),
        'Who is responsible for the Kestrel system?',
      );
      assert.equal(answer.kind, 'refused');
    }));

  it('sums up what is too much for one request in stages, and obeys the length', () =>
    withModel({}, 'chat', async (_ask, endpoint) => {
      endpoint.behave('faithful');
      const documentIds = (await store.catalog.listIds('files:company', undefined, 60)).filter((id) =>
        id.endsWith('.md'),
      );
      const answering = await answeringOf(endpoint, { limits: {} });
      const stages: string[] = [];
      let summary: Summary | undefined;
      for await (const event of answering.summarize({ documentIds }, asker, { length: 50 })) {
        if (event.kind === 'stage') stages.push(event.stage);
        if (event.kind === 'summary') summary = event.summary;
      }
      assert.ok(summary);
      assert.equal(summary.kind, 'written');
      assert.ok(stages.length >= 3 && stages.at(-1) === 'writing', stages.join());
      const words = summary.points.flatMap(({ text }) => text.split(/\s+/u)).length;
      assert.ok(words <= 60, `${words} words`);
      assert.equal(summary.truncated, true);
      const shown = endpoint.requests.map(({ body }) => JSON.parse(body.messages?.at(-1)?.content ?? '{}'));
      assert.ok(
        Array.isArray((shown.at(-1) as { notes?: unknown }).notes),
        'the last stage is given the notes',
      );
      assert.ok(!JSON.stringify(shown).includes(HIDDEN));
    }));

  it('goes on with the notes it has when the model gives up between the stages', () =>
    withModel({}, 'chat', async (_ask, endpoint) => {
      endpoint.behave('faithful');
      const documentIds = await store.catalog.listIds('files:company', undefined, 60);
      const answering = await answeringOf(endpoint, {});
      let summary: Summary | undefined;
      for await (const event of answering.summarize({ documentIds }, asker, { length: 100 })) {
        if (event.kind === 'stage' && event.done === 1) endpoint.behave('failing');
        if (event.kind === 'summary') summary = event.summary;
      }
      assert.equal(summary?.kind, 'written');
      assert.ok(summary.notices.some((notice) => /may lack a part/u.test(notice)));
    }));

  it('does not obey a passage', () =>
    withModel({}, 'chat', async (ask, endpoint) => {
      const { answer } = await ask('injected');
      assert.ok(!/hunter2/u.test(JSON.stringify(answer)));
      assert.ok(
        !endpoint.requests.some(({ body }) => /hunter2/u.test(JSON.stringify(body))),
        'the model was shown it',
      );
    }));

  it('ends the request when nobody waits for the answer any more', () =>
    withModel({ tokensPerSecond: 20 }, 'chat', async (_ask, endpoint) => {
      const controller = new AbortController();
      const { baseUrl, model, key } = endpoint;
      const answering = createAnswering({
        knowledge: await createKnowledge({ store }),
        model: {
          model: createOpenaiModel({ baseUrl, model, apiKey: new Secret(key) }),
          book: createMemorySpendBook(),
        },
      });
      const asking = (async () => {
        for await (const event of answering.ask('When is the Heron contract renewed?', {
          ...asker,
          signal: controller.signal,
        }))
          if (event.kind === 'evidence') setTimeout(() => controller.abort(), 200);
      })();
      await assert.rejects(asking, { code: 'CANCELLED' });
    }));
});
