import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAnswering } from '@fumikura/answering';
import type { Asker } from '@fumikura/answering';
import { figure } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import type { DocumentWrite, IndexDocument } from '@fumikura/ports';
import { createKnowledge } from '@fumikura/retrieval';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { ALICE, allowList, filterFor } from '@fumikura/testkit';
import { BenchCorpus } from '../corpus.ts';
import { percentiles, times } from '../measure.ts';

const CHUNKS = 100_000;
const BATCH = 10_000;
const QUESTIONS = 60;
const WARM_UP = 15;
const ANSWER_MS = 150;

/** How long an extracted answer takes beside a company's 100,000 chunks. */
export async function speedFigures(note: (text: string) => void): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'fumi-answer-speed-'));
  const store = await createSqliteStore({ file: join(folder, 's.db'), inline: true });
  try {
    const corpus = new BenchCorpus(20_260_303, false);
    const lists = [allowList('all', ALICE)];
    for (let loaded = 0; loaded < CHUNKS; loaded += BATCH) {
      await store.commit({ source: 'bench:docs', lists, upserts: corpus.batch(BATCH).map(writeOf) });
      note(`${loaded + BATCH} chunks`);
    }
    await store.index.maintain(new AbortController().signal);
    const knowledge = await createKnowledge({ store });
    const answering = createAnswering({ knowledge });
    const asker: Asker = {
      access: await filterFor(store.catalog, ALICE),
      person: 'a',
      signal: new AbortController().signal,
    };
    const questions = Array.from({ length: QUESTIONS + WARM_UP }, () => `What about ${corpus.query().text}?`);
    const found = await times(QUESTIONS, WARM_UP, async (at) => {
      for await (const event of answering.ask(questions[at] ?? '', asker))
        if (event.kind === 'answer') return;
    });
    const searched = percentiles(
      await times(QUESTIONS, WARM_UP, (at) =>
        knowledge.search({ query: questions[at] ?? '' }, asker.access, asker.signal),
      ),
    );
    const { p50, p95 } = percentiles(found);
    return [
      // How busy the machine is shows here too.
      figure('answers.search.100k.p50', searched.p50, 'ms', 'lower'),
      figure('answers.extraction.100k.ratioToSearch', p50 / searched.p50, '', 'lower'),
      figure('answers.extraction.100k.p50', p50, 'ms', 'lower'),
      figure('answers.extraction.100k.p95', p95, 'ms', 'lower', ANSWER_MS),
    ];
  } finally {
    await store.close();
    await rm(folder, { recursive: true });
  }
}

/** Words in sentences of twelve, so that there is something to quote. */
function writeOf({ documentId, title, chunks }: IndexDocument): DocumentWrite {
  const texts = chunks.map(({ text }) => text.replace(/((?:\S+ ){11}\S+) /gu, '$1. '));
  let at = 0;
  const spans = texts.map((text, ordinal) => {
    const start = at;
    at += text.length + 2;
    return { ordinal, start, end: start + text.length, headingPath: [] };
  });
  return {
    chunks: spans,
    // Texts of words by chance are alike to a similarity hash, and are no copies of each other.
    similarity: '0000000000000000',
    document: {
      id: documentId,
      source: 'bench:docs',
      externalId: documentId.slice('bench:docs/'.length),
      kind: 'page',
      url: '',
      title,
      version: '1',
      acl: { allow: ['all'] },
      language: 'en',
      text: texts.join('\n\n'),
      outline: [],
      contentHash: documentId,
      notices: [],
    },
  };
}
