import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createFilesConnector, filesConfigSchema } from '@fumikura/connector-files';
import { createDocumentPipeline } from '@fumikura/documents';
import { figure } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import { createIngest } from '@fumikura/ingest';
import { silentLogger } from '@fumikura/logging';
import type { Connector } from '@fumikura/ports';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { BenchCorpus } from './corpus.ts';

const FILES = 3_000;

/** Markdown files through everything: walk, read, parse, chunk, tokenise, write; then the same folder unchanged. */
export async function ingestBench(folder: string, note: (text: string) => void): Promise<Figure[]> {
  note(`ingest: ${FILES} Markdown files`);
  const root = join(folder, 'markdown');
  await writeFiles(root);
  const store = await createSqliteStore({ file: join(folder, 'ingest.db') });
  const pipeline = createDocumentPipeline({ workers: availableParallelism() });
  const ingest = createIngest({ store, documents: pipeline, logger: silentLogger });
  const connector = createFilesConnector(
    filesConfigSchema.parse({ id: 'files:bench', root, readers: ['anyone'] }),
  ) as Connector;
  const run = async () => {
    const started = performance.now();
    const { counters } = await ingest.sync(connector, { signal: new AbortController().signal });
    return { seconds: (performance.now() - started) / 1_000, counters };
  };
  const first = await run();
  const again = await run();
  await pipeline.close();
  await store.close();
  if (first.counters['written'] !== FILES || again.counters['unchanged'] !== FILES)
    throw new Error('files were lost on the way');
  return [
    figure('ingest.markdown.filesPerSecond', FILES / first.seconds, 'files/s', 'higher', 300),
    figure('ingest.unchanged.filesPerSecond', FILES / again.seconds, 'files/s', 'higher'),
  ];
}

/** About 4 kB each: headings, paragraphs, a list, a table. */
async function writeFiles(root: string): Promise<void> {
  const corpus = new BenchCorpus(3, false);
  for (let index = 0; index < FILES; index++) {
    const path = join(root, `part${index % 30}`, `note-${index}.md`);
    if (index < 30) await mkdir(join(root, `part${index}`), { recursive: true });
    const section = (title: string) =>
      `## ${title}\n\n${corpus.words(120, index % 200)}.\n\n- ${corpus.words(8, 1)}\n- ${corpus.words(8, 2)}\n`;
    const table = `| a | b |\n|---|---|\n| ${corpus.words(2, 3)} | ${corpus.words(2, 4)} |\n`;
    await writeFile(
      path,
      `# ${corpus.words(5, index % 200)}\n\n${corpus.words(100, index % 200)}.\n\n${section('First')}\n${section('Second')}\n${table}\n${section('Third')}`,
    );
  }
}
