import { access, constants, mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  auditFolder,
  connectorFor,
  examineSlack,
  openInstallation,
  readSynonyms,
  sizeOf,
  storedChunking,
} from '@fumikura/composition';
import type { Installation, StoredChunking } from '@fumikura/composition';
import type { Config } from '@fumikura/config';
import { toAppError } from '@fumikura/errors';
import { cacheReports } from '@fumikura/retrieval';
import type { CacheCounts } from '@fumikura/retrieval';
import { styleText } from 'node:util';
import type { SharedState, SourceCheck } from '@fumikura/ports';
import { recordDeed } from '../change.ts';
import type { Context } from '../context.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { count } from '../output.ts';
import { rebuildOptions } from '../progress.ts';

interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** Looks at everything that has to be right, one line each; a failed check does not hide the next. */
export async function doctorCommand(context: Context, options: { rebuild?: boolean }): Promise<void> {
  const findings = [finding('Node', true, process.versions.node), ...(await examine(context, options))];
  context.output.json({ findings });
  for (const { check, ok, detail } of findings)
    context.output.line(`${ok ? styleText('green', 'ok  ') : styleText('red', 'bad ')} ${check}: ${detail}`);
  if (findings.some(({ ok }) => !ok)) process.exitCode = EXIT_CODES.findings;
}

async function examine(context: Context, { rebuild }: { rebuild?: boolean }): Promise<Finding[]> {
  const config = await attempt(
    'configuration',
    () => context.written(),
    ({ file }) => file,
  );
  if (!('value' in config)) return [config.finding];
  const folder = await attempt(
    'data folder',
    () => writable(config.value),
    () => `${config.value.dataFolder} can be written`,
  );
  const synonyms = await checkSynonyms(config.value);
  const opened = await attempt(
    'database',
    () =>
      openInstallation(synonyms.every(({ ok }) => ok) ? config.value : withoutSynonyms(config.value), {
        logger: context.logger,
        mode: 'service',
        rebuild: rebuildOptions(context),
      }),
    () => 'opens',
  );
  const audit = await attempt(
    'audit',
    () => recordDeed(context, config.value, { action: 'access', via: 'cli doctor', outcome: 'done' }),
    () => `${auditFolder(config.value)} can be written`,
  );
  const sources = await Promise.all(
    config.value.sources.map((source) => checkSource(context, config.value, source.id)),
  );
  const state = 'value' in opened ? opened.value.store.catalog.state : undefined;
  const slack = config.value.slack ? await checkSlack(context, config.value, state) : [];
  const trail = 'value' in audit ? audit.finding : { ...audit.finding, detail: auditRemedy(config.value) };
  if (!('value' in opened))
    return [config.finding, folder.finding, ...synonyms, opened.finding, trail, ...sources, ...slack];
  try {
    if (rebuild) await opened.value.store.rebuild(rebuildOptions(context));
    return [
      config.finding,
      folder.finding,
      ...synonyms,
      opened.finding,
      trail,
      ...(await checkStore(context, opened.value)),
      ...sources,
      ...slack,
    ];
  } finally {
    await opened.value.close();
  }
}

async function checkSynonyms({ folder, search }: Config): Promise<readonly Finding[]> {
  if (search.synonyms === undefined) return [];
  const file = resolve(folder, search.synonyms);
  const read = await attempt(
    'synonyms',
    () => readSynonyms(file),
    ({ lines }) => `${file}: ${count(lines, 'line')}`,
  );
  return [read.finding];
}

/** A file of synonyms that cannot be used is no fault of the database. */
function withoutSynonyms({ search: { synonyms: _, ...search }, ...config }: Config): Config {
  return { ...config, search };
}

/** The answer to whoever asks says nothing of folders; here is the place for it. */
function auditRemedy(config: Config): string {
  return `${auditFolder(config)} cannot be written, so nothing is answered. Check its rights and the space there, or name another place as "audit.folder".`;
}

async function checkStore(context: Context, { store, localPerson }: Installation): Promise<Finding[]> {
  const person = await attempt(
    'person',
    async () => localPerson(),
    ({ subject }) => `you are ${subject}`,
  );
  const damages = await attempt(
    'index',
    () => store.index.check(context.signal),
    (found) =>
      found.length === 0 ? 'fits together' : found.map(({ what, remedy }) => `${what}. ${remedy}`).join(' '),
  );
  const isSound = 'value' in damages && damages.value.length === 0;
  const stats = await store.index.stats();
  const size = `${stats.documents} documents, ${stats.chunks} chunks,${stats.sizeBytes === undefined ? '' : ` ${(stats.sizeBytes / 1e6).toFixed(1)} MB,`} tokeniser ${stats.tokeniserVersion}, ICU ${stats.icuVersion}`;
  return [
    person.finding,
    { ...damages.finding, ok: isSound },
    finding('size', true, size),
    chunksFinding(await storedChunking(store)),
    ...cacheFinding(await cacheReports(store.catalog.state)),
  ];
}

/** Vectors are not made while documents are cut in two ways. */
function chunksFinding({ before, ...now }: StoredChunking): Finding {
  const size = sizeOf(now);
  if (!before) return finding('chunks', true, `${size} units`);
  const remedy = `Run "fumi index rebuild --chunks ${size}": it goes on.`;
  return finding('chunks', false, `not all documents have chunks of ${size} units. ${remedy}`);
}

/** Of the processes that answered searches in the last minutes; none where nobody asked. */
function cacheFinding(reports: readonly CacheCounts[]): Finding[] {
  if (reports.length === 0) return [];
  const sum = (of: (counts: CacheCounts) => number) => reports.reduce((all, counts) => all + of(counts), 0);
  const [again, misses, ahead] = [
    sum((at) => at.hits + at.joined),
    sum((at) => at.misses),
    sum((at) => at.ahead),
  ];
  const share = again + misses === 0 ? 0 : (100 * again) / (again + misses);
  return [
    finding(
      'kept rankings',
      true,
      `${share.toFixed(1)} % of ${again + misses} searches used one again, ${ahead} ranked ahead, ${sum(({ entries }) => entries)} kept in ${(sum(({ bytes }) => bytes) / 1e6).toFixed(1)} MB, by ${reports.length} ${reports.length === 1 ? 'process' : 'processes'}`,
    ),
  ];
}

async function checkSource(context: Context, config: Config, id: string): Promise<Finding> {
  const source = config.sources.find((each) => each.id === id);
  const result = await attempt(
    `source ${id}`,
    async () => source && connectorFor(source, config, context).check(context.signal),
    (facts) => (facts === undefined ? 'can be read' : describeCheck(facts)),
  );
  return result.finding;
}

async function checkSlack(
  { variables, signal }: Context,
  config: Config,
  state: SharedState | undefined,
): Promise<readonly Finding[]> {
  const asked = await attempt(
    'slack',
    () => examineSlack(config, { variables, signal, ...(state && { state }) }),
    () => 'configured',
  );
  return 'value' in asked ? asked.value : [asked.finding];
}

/** What would be read, as whom, and what stays closed because a right is missing: that is a fact, not a fault. */
function describeCheck({ account, counts, missing }: SourceCheck): string {
  const found = Object.entries(counts).map(([what, number]) => `${number} ${what}`);
  return [
    `can be read${account === undefined ? '' : ` as ${account}`}`,
    ...(found.length === 0 ? [] : [found.join(', ')]),
    ...missing.map(({ right, consequence }) => `without ${right}: ${consequence}`),
  ].join('; ');
}

async function writable({ dataFolder }: Config): Promise<void> {
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  await access(dataFolder, constants.W_OK);
}

async function attempt<T>(
  check: string,
  work: () => Promise<T>,
  describe: (value: T) => string,
): Promise<{ finding: Finding; value: T } | { finding: Finding }> {
  try {
    const value = await work();
    return { value, finding: finding(check, true, describe(value)) };
  } catch (error) {
    if (toAppError(error).code === 'CANCELLED') throw error;
    return { finding: finding(check, false, toAppError(error).publicMessage) };
  }
}

function finding(check: string, ok: boolean, detail: string): Finding {
  return { check, ok, detail };
}
