import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { backlogOf, forwardAudit, latestRecords, readAudit, toOcsf, verifyAudit } from '@fumikura/audit';
import type { AuditQuery, StoredRecord } from '@fumikura/audit';
import { auditFolder, forwardTargets } from '@fumikura/composition';
import type { Config } from '@fumikura/config';
import { toAppError } from '@fumikura/errors';
import type { PersonId } from '@fumikura/model';
import { escapeHidden } from '@fumikura/text';
import { recordDeed } from '../change.ts';
import type { Context } from '../context.ts';
import { requireLocalDuty } from '../duty.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { count, safe } from '../output.ts';
import type { AuditExportOptions, AuditSearchOptions, AuditVerifyOptions } from '../options.ts';
import { personOf } from '../person.ts';
import { VERSION } from '../program.ts';

const FOLLOW_EVERY_MS = 500;

export async function auditTail(context: Context, options: AuditSearchOptions): Promise<void> {
  const config = await opened(context, 'tail', options);
  const query = queryOf(config, options);
  const folder = auditFolder(config);
  const records = await latestRecords(folder, query, options.limit ?? 20);
  if (!options.follow) return show(context, records);
  for (const record of records) line(context, record);
  const seen = new Set(records.map(nameOf));
  let since = records.at(-1)?.at ?? new Date().toISOString();
  while (!context.signal.aborted) {
    await delay(FOLLOW_EVERY_MS, undefined, { signal: context.signal }).catch(() => undefined);
    for (const record of await latestRecords(folder, { ...query, since }, 10_000)) {
      if (seen.has(nameOf(record))) continue;
      seen.add(nameOf(record));
      since = record.at;
      line(context, record);
    }
  }
}

export async function auditSearch(
  context: Context,
  text: string | undefined,
  options: AuditSearchOptions,
): Promise<void> {
  const config = await opened(context, 'search', options);
  const query = { ...queryOf(config, options), ...(text !== undefined && { text }) };
  show(context, await latestRecords(auditFolder(config), query, options.limit ?? 100));
}

export async function auditVerify(context: Context, options: AuditVerifyOptions): Promise<void> {
  const config = await context.config();
  await requireLocalDuty(context, config, 'audit', 'cli audit verify');
  const pem = options.publicKey === undefined ? undefined : await readFile(options.publicKey, 'utf8');
  const result = await verifyAudit({
    folder: auditFolder(config),
    anchors: [...(options.anchor ?? []), ...config.audit.anchors],
    ...(pem !== undefined && { publicKey: pem }),
  });
  const { output } = context;
  output.json(result);
  for (const { kind, where, message } of result.problems) output.line(safe(`${kind}: ${where}: ${message}`));
  for (const notice of result.notices) output.line(safe(`note: ${notice}`));
  const rate = Math.round((result.lines / Math.max(1, result.tookMs)) * 1_000).toLocaleString('en');
  output.line(
    `${count(result.records, 'record')} of ${count(result.writers, 'writer')}, ${count(result.signedHeads, 'signed head')}, ${result.unsigned} not signed yet, ${result.removedByRetention} removed by retention; ${rate} lines/s`,
  );
  output.line(result.isSound ? 'Sound.' : 'NOT SOUND.');
  if (!result.isSound) process.exitCode = EXIT_CODES.findings;
}

export async function auditExport(context: Context, options: AuditExportOptions): Promise<void> {
  const config = await opened(context, 'export', options);
  const target =
    options.output === undefined ? process.stdout : createWriteStream(options.output, { mode: 0o600 });
  let records = 0;
  for await (const record of readAudit(auditFolder(config), queryOf(config, options))) {
    const value = options.format === 'ocsf' ? toOcsf(record, { version: VERSION }) : record;
    if (!target.write(`${escapeHidden(JSON.stringify(value))}\n`)) await once(target, 'drain');
    records++;
  }
  if (options.output === undefined) return;
  target.end();
  await once(target, 'finish');
  context.output.json({ records, file: options.output });
  context.output.line(`Wrote ${count(records, 'record')} to ${options.output}.`);
}

/** What waits is delivered now; what cannot be stays where it is. */
export async function auditForward(context: Context): Promise<void> {
  const config = await opened(context, 'forward', {});
  const folder = auditFolder(config);
  const results: { target: string; records: number; waiting: number; failure?: string }[] = [];
  for (const target of forwardTargets(config, context.variables, VERSION)) {
    let records = 0;
    let failure: string | undefined;
    try {
      ({ records } = await forwardAudit(folder, target, context.signal));
    } catch (error) {
      failure = toAppError(error).message.slice(0, 200);
    }
    const waiting = await backlogOf(folder, target.id);
    results.push({ target: target.id, records, waiting, ...(failure !== undefined && { failure }) });
  }
  context.output.json({ targets: results });
  context.output.table(
    ['target', 'delivered', 'waiting', 'failure'],
    results.map(({ target, records, waiting, failure = '' }) => [
      target,
      String(records),
      String(waiting),
      safe(failure),
    ]),
  );
  if (results.some(({ failure }) => failure !== undefined)) process.exitCode = EXIT_CODES.findings;
}

/** Whoever looks at what others did is written down too. */
async function opened(context: Context, what: string, options: AuditSearchOptions): Promise<Config> {
  const config = await context.config();
  await requireLocalDuty(context, config, 'audit', `cli audit ${what}`);
  const details = Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, String(value).slice(0, 200)]),
  );
  await recordDeed(context, config, { action: 'access', via: `cli audit ${what}`, outcome: 'done', details });
  return config;
}

function queryOf(config: Config, options: AuditSearchOptions): AuditQuery {
  const { since, until, action, outcome, document, person } = options;
  return {
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(action && { action }),
    ...(outcome && { outcome }),
    ...(document !== undefined && { document }),
    ...(person !== undefined && { person: personOf(config, person) }),
  };
}

function show({ output }: Context, records: readonly StoredRecord[]): void {
  output.json({ records });
  output.table(
    ['when', 'who', 'what', 'result', 'about'],
    records.map((record) => cells(record).map(safe)),
  );
}

/** With --json one value a record: what follows has no end. */
function line({ output }: Context, record: StoredRecord): void {
  output.json(record);
  output.line(cells(record).map(safe).join('  '));
}

function cells(record: StoredRecord): string[] {
  const { at, actor, as, via, outcome, code, query, queryHash, object, shown = [], withheld = [] } = record;
  const about = [
    ...(query !== undefined ? [`"${query}"`] : []),
    ...(queryHash ? [`query ${queryHash.slice(0, 8)}`] : []),
    ...(object === undefined ? [] : [object]),
    ...(shown.length > 0 ? [`shown ${shown.length}`] : []),
    ...(withheld.length > 0 ? [`withheld ${withheld.length}`] : []),
  ];
  const who = `${!actor && record.client?.channel === 'service' ? 'fumikura' : nameOfPerson(actor)}${as ? ` as ${nameOfPerson(as)}` : ''}`;
  return [at, who, via, code === undefined ? outcome : `${outcome} ${code}`, about.join(', ')];
}

function nameOfPerson(person: PersonId | undefined): string {
  if (!person) return 'unknown';
  return person.issuer === 'local' ? person.subject : `${person.issuer}#${person.subject}`;
}

function nameOf({ writer, seq }: StoredRecord): string {
  return `${writer}:${seq}`;
}
