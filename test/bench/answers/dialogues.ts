import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAnswering, createMemorySpendBook } from '@fumikura/answering';
import type { Answer, Answering, Asker, Likeness } from '@fumikura/answering';
import { Secret } from '@fumikura/config';
import { figure, percentile } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import { createOpenaiModel } from '@fumikura/provider-openai';
import { createKnowledge } from '@fumikura/retrieval';
import type { Knowledge } from '@fumikura/retrieval';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { ALICE, allowList, BOB, filterFor, seeded } from '@fumikura/testkit';
import { BEHAVIOURS } from '../../simulators/model/behaviours.ts';
import type { Behaviour, Twist } from '../../simulators/model/behaviours.ts';
import { startModel } from '../../simulators/model/server.ts';
import type { ModelEndpoint } from '../../simulators/model/server.ts';
import { CHANGES } from './changes.ts';
import { companyWorld, HIDDEN } from './company.ts';

const DIALOGUES = 500;
/** Of those that wait by themselves only a few: they show the same each time. */
const WAITING: ReadonlySet<Behaviour> = new Set(['slow', 'failing', 'busy']);
const FIRST_CLAIM_MS = 1_200;
const PACED = 10;

/** Questions to every kind of model, and what of its inventions was shown; and how soon a claim is there. */
export async function dialogueFigures(note: (text: string) => void, likeness?: Likeness): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'fumi-dialogues-'));
  const store = await createSqliteStore({ file: join(folder, 'd.db'), inline: true });
  try {
    const random = seeded(20_260_302);
    const { writes, questions } = await companyWorld(random);
    await store.commit({
      source: 'files:company',
      lists: [allowList('all', ALICE, BOB), allowList('few', BOB)],
      upserts: writes,
    });
    const asker: Asker = {
      access: await filterFor(store.catalog, ALICE),
      person: 'alice',
      signal: new AbortController().signal,
    };
    const knowledge = await createKnowledge({ store });
    return [
      ...(await untrue({ knowledge, asker, questions, random, note, likeness })),
      ...(await pace(knowledge, asker, questions)),
    ];
  } finally {
    await store.close();
    await rm(folder, { recursive: true });
  }
}

interface Talks {
  readonly knowledge: Knowledge;
  readonly asker: Asker;
  readonly questions: readonly string[];
  readonly random: () => number;
  readonly note: (text: string) => void;
  readonly likeness: Likeness | undefined;
}

async function untrue({ knowledge, asker, questions, random, note, likeness }: Talks): Promise<Figure[]> {
  const model = await startModel({ twist: twistWith(random), hidden: HIDDEN });
  const tally = { shown: 0, untrue: 0, leaked: 0, unresolved: 0, written: 0, dialogues: 0 };
  const waiting = new Map<Behaviour, number>();
  try {
    for (let turn = 0; tally.dialogues < DIALOGUES; turn++) {
      const behaviour = BEHAVIOURS[turn % BEHAVIOURS.length] ?? 'faithful';
      const waited = waiting.get(behaviour) ?? 0;
      if (WAITING.has(behaviour) && waited >= 3) continue;
      waiting.set(behaviour, waited + 1);
      tally.dialogues++;
      model.behave(behaviour);
      const question = questions[Math.floor(random() * questions.length)] ?? '';
      const before = model.said.length;
      // A breaker of its own for each: three failures in a row would spare the model all others.
      const answer = await ask(answeringWith(knowledge, model, likeness), question, asker);
      const said = model.said.slice(before);
      if (answer.kind === 'written') tally.written++;
      for (const claim of answer.claims) {
        tally.shown++;
        const made = said.filter(({ text }) => text.trim() === claim.text);
        const isUntrue = claim.kind === 'written' && !made.some(({ isTrue }) => isTrue);
        if (isUntrue) note(`${behaviour}: ${question} → ${claim.text}`);
        if (isUntrue) tally.untrue++;
      }
      if (JSON.stringify(answer).includes(HIDDEN)) tally.leaked++;
      tally.unresolved += await unresolved(answer, knowledge, asker);
    }
    for (const violation of new Set(model.violations)) note(`request against the description: ${violation}`);
    return [
      figure('dialogues.count', tally.dialogues, '', 'higher', DIALOGUES),
      figure('dialogues.written', tally.written, '', 'higher'),
      figure('dialogues.claims', tally.shown, '', 'higher'),
      figure('dialogues.unsupportedShown', tally.untrue, '', 'lower', 0),
      figure('dialogues.hiddenShown', tally.leaked, '', 'lower', 0),
      figure('dialogues.citationsUnresolved', tally.unresolved, '', 'lower', 0),
      figure('dialogues.requestsAgainstDescription', model.violations.length, '', 'lower', 0),
    ];
  } finally {
    await model.close();
  }
}

/** From the closing brace of the first claim to the claim itself. */
async function pace(knowledge: Knowledge, asker: Asker, questions: readonly string[]): Promise<Figure[]> {
  const model = await startModel({ tokensPerSecond: 50 });
  const answering = answeringWith(knowledge, model);
  const waits: number[] = [];
  try {
    for (const question of questions.slice(0, PACED)) {
      for await (const event of answering.ask(question, asker)) {
        if (event.kind !== 'claim' || event.claim.kind !== 'written') continue;
        // The end of the next piece at the latest: the brace may have been its last character.
        waits.push(Math.max(0, performance.now() - (model.firstClaimAt ?? performance.now())));
        break;
      }
    }
    return [
      figure('answers.firstClaim.questions', waits.length, '', 'higher', 5),
      figure('answers.firstClaim.p95', percentile(waits, 0.95), 'ms', 'lower', FIRST_CLAIM_MS),
    ];
  } finally {
    await model.close();
  }
}

function answeringWith(
  knowledge: Knowledge,
  { baseUrl, key, model }: ModelEndpoint,
  likeness?: Likeness,
): Answering {
  const language = createOpenaiModel({ baseUrl, model, apiKey: new Secret(key) });
  return createAnswering({
    knowledge,
    model: {
      model: language,
      book: createMemorySpendBook(),
      timeoutMs: 10_000,
      ...(likeness && { likeness }),
    },
  });
}

async function ask(answering: Answering, question: string, asker: Asker): Promise<Answer> {
  for await (const event of answering.ask(question, asker)) if (event.kind === 'answer') return event.answer;
  throw new Error('an answer without an end');
}

async function unresolved(
  { citations }: Answer,
  knowledge: Knowledge,
  { access, signal }: Asker,
): Promise<number> {
  const documents = await knowledge.documents(
    citations.map(({ documentId }) => documentId),
    access,
    signal,
  );
  const texts = new Map(documents.map(({ id, stored }) => [id, stored.text]));
  return citations.filter(
    ({ documentId, start, end, quote }) => texts.get(documentId)?.slice(start, end) !== quote,
  ).length;
}

/** Changes made without knowledge of the verifier, and what models add. */
function twistWith(random: () => number): Twist {
  const additions = [
    ' Nobody may object.',
    ' This was decided by Ana Duarte.',
    ' Exceptions are approved within 3 days.',
  ];
  return (sentence) => {
    if (random() < 0.2) return sentence + (additions[Math.floor(random() * additions.length)] ?? '');
    const language = /[\u3040-\u30ff]/u.test(sentence) ? 'ja' : 'en';
    const usable = CHANGES.filter((change) => change.language === language);
    for (let tries = 0; tries < 10; tries++) {
      const made = usable[Math.floor(random() * usable.length)]?.apply(sentence, random);
      if (made !== undefined && made !== sentence) return made;
    }
    return undefined;
  };
}
