// What the two engines need for the data of a migration, from a plain client that has it at hand: the same batches committed
// to PostgreSQL alone, and the requests that the index got sent again, two in flight each. Counted are packing documents for
// PostgreSQL, writing points as JSON, and the engines; reading the file and making points of texts are not.
import { createReadStream } from 'node:fs';
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';
import type { DocumentId, SourceId } from '@fumikura/model';
import type { DocumentWrite } from '@fumikura/ports';
import { createPostgresCatalog } from '@fumikura/store-postgres';
import { createSqliteStore } from '@fumikura/store-sqlite';

const BATCH = 100;
/** Batches that are at hand at a time: all of them would not fit into memory. */
const AT_HAND = 5;
const IN_FLIGHT = 2;

export interface BareOptions {
  readonly file: string;
  /** What the index was sent, a line each. */
  readonly journal: string;
  readonly source: SourceId;
  readonly postgresUrl: string;
  readonly index: { readonly url: string; readonly name: string };
  /** Of the schema, and behind the name of the index. */
  readonly name: string;
  /** Both engines beside each other; otherwise one after the other. */
  readonly isAtOnce: boolean;
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body: { readonly points?: readonly unknown[] } | undefined;
}

/** @returns ms of each engine; at once both took as long as the slower one, which both are then */
export async function loadBare(options: BareOptions): Promise<{ catalog: number; index: number }> {
  const { file, postgresUrl, name, source, isAtOnce } = options;
  const from = await createSqliteStore({ file, inline: true });
  const catalog = await createPostgresCatalog({ url: postgresUrl, schema: name, listens: false });
  const agent = new Agent({ keepAlive: true });
  const requests = requestsOf(options);
  const ms = { catalog: 0, index: 0 };
  const commit = (batches: readonly (readonly DocumentWrite[])[]) =>
    twoInFlight(batches, (upserts) => catalog.commit({ source, upserts }));
  const send = (sent: readonly Sent[]) => twoInFlight(sent, (each) => post(agent, options.index.url, each));
  try {
    for await (const batches of batchesOf(from, source)) {
      const chunks = batches.flat().reduce((sum, each) => sum + each.chunks.length, 0);
      const sent = await pointsFrom(requests, chunks, (each) => post(agent, options.index.url, each));
      if (isAtOnce) {
        const both = await timed(() => Promise.all([commit(batches), send(sent)]));
        [ms.catalog, ms.index] = [ms.catalog + both, ms.index + both];
      } else {
        ms.catalog += await timed(() => commit(batches));
        ms.index += await timed(() => send(sent));
      }
    }
    const left = await pointsFrom(requests, Infinity, (each) => post(agent, options.index.url, each));
    const rest = await timed(() => send(left));
    return { catalog: ms.catalog + (isAtOnce ? rest : 0), index: ms.index + rest };
  } finally {
    agent.destroy();
    await catalog.close();
    await from.close();
  }
}

async function* batchesOf(
  { catalog, export: exported }: Awaited<ReturnType<typeof createSqliteStore>>,
  source: SourceId,
): AsyncGenerator<DocumentWrite[][]> {
  let batches: DocumentWrite[][] = [];
  for (let after: DocumentId | undefined; ;) {
    const ids = await catalog.listIds(source, after, BATCH);
    if (ids.length > 0) batches.push([...(await exported.documents(ids))]);
    if (batches.length === AT_HAND || (ids.length === 0 && batches.length > 0)) {
      yield batches;
      batches = [];
    }
    if (ids.length === 0) return;
    after = ids.at(-1);
  }
}

async function* requestsOf({ journal, index, name }: BareOptions): AsyncGenerator<Sent> {
  const lines = createInterface({ input: createReadStream(journal), crlfDelay: Infinity });
  // Earlier runs stand there too, under names of their own.
  for await (const line of lines)
    if (line.includes(index.name) && !line.includes(`${index.name}bare`))
      yield JSON.parse(line.replaceAll(index.name, `${index.name}${name}`)) as Sent;
}

/** The next requests that write so many points; what makes the collection is sent at once, and not counted. */
async function pointsFrom(
  requests: AsyncGenerator<Sent>,
  wanted: number,
  prepare: (request: Sent) => Promise<void>,
): Promise<Sent[]> {
  const found: Sent[] = [];
  for (let points = 0; points < wanted;) {
    const { value, done } = await requests.next();
    if (done) break;
    if (value.body?.points) {
      found.push(value);
      points += value.body.points.length;
    } else await prepare(value);
  }
  return found;
}

async function twoInFlight<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const next = items.values();
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (const item of next) await work(item);
    }),
  );
}

function post(agent: Agent, url: string, { method, path, body }: Sent): Promise<void> {
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(body === undefined ? '' : JSON.stringify(body));
    const headers = { 'content-type': 'application/json', 'content-length': bytes.byteLength };
    request(url + path, { method, agent, headers }, (answer) => {
      answer.on('error', reject).on('end', () => {
        if (answer.statusCode === 200) resolve();
        else reject(new Error(`${method} ${path}: ${answer.statusCode}`));
      });
      answer.resume();
    })
      .on('error', reject)
      .end(bytes);
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
