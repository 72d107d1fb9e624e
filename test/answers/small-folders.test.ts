import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createAnswering } from '@fumikura/answering';
import type { Answer } from '@fumikura/answering';
import { DEFAULT_LIMITS, prepareContent } from '@fumikura/documents';
import type { DocumentWrite } from '@fumikura/ports';
import { createKnowledge } from '@fumikura/retrieval';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { ALICE, allowList, filterFor } from '@fumikura/testkit';
import { ENGLISH, JAPANESE } from './small-folder-files.ts';
import type { NoteFile } from './small-folder-files.ts';

const SOURCE = 'files:notes';

async function writeOf({ name, text }: NoteFile): Promise<DocumentWrite> {
  const prepared = await prepareContent({ fileName: name, bytes: Buffer.from(text) }, DEFAULT_LIMITS);
  return {
    chunks: prepared.chunks,
    similarity: prepared.similarity,
    document: {
      id: `${SOURCE}/${name}`,
      source: SOURCE,
      externalId: name,
      kind: 'file',
      url: `file:///${name}`,
      title: prepared.title ?? name,
      version: '1',
      acl: { allow: ['all'] },
      language: prepared.language,
      text: prepared.text,
      outline: prepared.outline,
      contentHash: name,
      notices: [],
    },
  };
}

/** Puts questions to a folder of these files alone. */
async function asking(
  files: readonly NoteFile[],
  work: (ask: (question: string) => Promise<Answer>) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'fumi-small-'));
  const store = await createSqliteStore({ file: join(folder, 's.db'), inline: true });
  try {
    const upserts = await Promise.all(files.map(writeOf));
    await store.commit({ source: SOURCE, lists: [allowList('all', ALICE)], upserts });
    const answering = createAnswering({ knowledge: await createKnowledge({ store }) });
    const access = await filterFor(store.catalog, ALICE);
    await work(async (question) => {
      const { signal } = new AbortController();
      for await (const event of answering.ask(question, { access, person: 'alice', signal }))
        if (event.kind === 'answer') return event.answer;
      throw new Error('no answer came');
    });
  } finally {
    await store.close();
    await rm(folder, { recursive: true });
  }
}

/** Every file is in one folder of this size. */
function foldersOf(files: readonly NoteFile[], size: number): (readonly NoteFile[])[] {
  return Array.from({ length: files.length / size }, (_, at) => files.slice(at * size, (at + 1) * size));
}

const SETS = { English: ENGLISH, Japanese: JAPANESE };
/** Of questions that a file answers, with the words that answer them; and refused of those that none does. */
const LEAST = { answered: 0.9, refused: 0.95 };

describe('a folder of a few small files', () => {
  for (const [language, files] of Object.entries(SETS))
    for (const size of [1, 2, 5, 20])
      it(`answers what it holds and refuses what it does not: ${language}, ${size} files`, async () => {
        const missed: string[] = [];
        const invented: string[] = [];
        let absent = 0;
        for (const folder of foldersOf(files, size))
          await asking(folder, async (ask) => {
            for (const { question, answer } of folder) {
              const { claims, confidence } = await ask(question);
              if (!claims.some(({ text }) => text.includes(answer)))
                missed.push(`${question} ${confidence.value}`);
            }
            const elsewhere = files.filter((file) => !folder.includes(file)).slice(0, 12);
            for (const { question } of elsewhere) {
              absent++;
              const { kind, confidence } = await ask(question);
              if (kind !== 'refused') invented.push(`${question} ${confidence.value}`);
            }
          });
        assert.ok(missed.length <= (1 - LEAST.answered) * files.length, `not answered: ${missed.join('; ')}`);
        assert.ok(invented.length <= (1 - LEAST.refused) * absent, `answered: ${invented.join('; ')}`);
      });

  it('does not take the words of asking for what is asked', async () => {
    const texts = ['New people get a laptop on their first day.', 'Reviews happen each quarter.'];
    const files = texts.map((text, at) => ({ name: `${at}.md`, text, question: '', answer: '' }));
    await asking(files, async (ask) => {
      assert.equal((await ask('How many days of vacation do I get?')).kind, 'refused');
      assert.equal((await ask('When do new people get a laptop?')).kind, 'extracted');
    });
  });
});
