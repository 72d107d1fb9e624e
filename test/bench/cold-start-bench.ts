import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { figure } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import type { DocumentWrite } from '@fumikura/ports';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { BenchCorpus } from './corpus.ts';
import { percentiles, times } from './measure.ts';

const CHUNKS = 100_000;
const RUNS = 7;
const bundle = fileURLToPath(new URL('../../dist/fumi.mjs', import.meta.url));

/** Whole processes, from their start to the first hit, on a database of 100,000 chunks. */
export async function coldStartBench(folder: string, note: (text: string) => void): Promise<Figure[]> {
  if (!existsSync(bundle)) throw new Error('dist/fumi.mjs is missing: run "npm run build" first');
  const home = join(folder, 'cold');
  await mkdir(home);
  await writeFile(join(home, 'fumikura.yaml'), 'owner: me\nsources: []\n');
  note('cold start: loading 100k chunks');
  await fill(join(home, '.fumikura', 'fumikura.db'));
  note('cold start: measuring');
  const search = percentiles(await times(RUNS, 1, () => firstHit(home)));
  const mcp = percentiles(await times(RUNS, 1, () => firstMcpAnswer(home)));
  return [
    figure('coldStart.search.p50.100k', search.p50, 'ms', 'lower', 400),
    figure('coldStart.mcp.p50.100k', mcp.p50, 'ms', 'lower', 400),
  ];
}

async function fill(file: string): Promise<void> {
  const store = await createSqliteStore({ file, inline: true });
  const corpus = new BenchCorpus(5, false);
  const lists = [
    { id: 'bench:docs/readers', members: ['anyone' as const], readAt: new Date().toISOString() },
  ];
  for (let loaded = 0; loaded < CHUNKS;) {
    const documents = corpus.batch(5_000);
    loaded += documents.reduce((sum, { chunks }) => sum + chunks.length, 0);
    const upserts = documents.map((document): DocumentWrite => {
      const texts = document.chunks.map(({ text }) => text);
      const text = texts.join('\n');
      let at = 0;
      const chunks = texts.map((each, ordinal) => {
        const start = at;
        at += each.length + 1;
        return { ordinal, start, end: start + each.length, headingPath: [] };
      });
      const { documentId: id, title, kind, language, source } = document;
      return {
        similarity: '0'.repeat(16),
        chunks,
        document: {
          id,
          source,
          externalId: id,
          kind,
          url: '',
          title,
          version: '1',
          acl: { allow: ['bench:docs/readers'] },
          language,
          text,
          outline: [],
          contentHash: id,
          notices: [],
        },
      };
    });
    await store.commit({ source: 'bench:docs', lists, upserts });
  }
  await store.close();
}

/** Resolves at the first line of output; the process ends by itself. */
function firstHit(cwd: string): Promise<void> {
  const child = spawn(process.execPath, [bundle, 'search', 'w1k', 'w2b', 'w3c', '--limit', '3'], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (part: Buffer) => (output += part.toString()));
    child.once('close', (code) =>
      code === 0 && output.includes('1. ') ? resolve() : reject(new Error(`search failed: ${output}`)),
    );
  });
}

function firstMcpAnswer(cwd: string): Promise<void> {
  const child = spawn(process.execPath, [bundle, 'mcp'], { cwd, stdio: ['pipe', 'pipe', 'inherit'] });
  const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  send({
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } },
  });
  send({ method: 'notifications/initialized' });
  send({
    id: 2,
    method: 'tools/call',
    params: { name: 'search_knowledge', arguments: { query: 'w1k w2b', limit: 3 } },
  });
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (part: Buffer) => {
      output += part.toString();
      if (output.includes('"id":2')) child.stdin.end();
    });
    child.once('close', () =>
      output.includes('"results"') ? resolve() : reject(new Error(`no answer: ${output}`)),
    );
  });
}
