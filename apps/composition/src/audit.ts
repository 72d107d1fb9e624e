import { join, resolve } from 'node:path';
import { createAuditTrail, timestamping } from '@fumikura/audit';
import type { AuditClient, AuditEvent, AuditTrail, Withheld } from '@fumikura/audit';
import { invalid } from '@fumikura/config';
import type { Config, ConfigProblem } from '@fumikura/config';
import { Secret } from '@fumikura/config';
import { toAppError } from '@fumikura/errors';
import type { Ingest } from '@fumikura/ingest';
import type { Logger } from '@fumikura/logging';
import type { ShownEvent } from '@fumikura/mcp';
import type { DocumentId } from '@fumikura/model';
import type { Catalog } from '@fumikura/ports';
import { withSecrets } from './connectors/secrets.ts';
import type { Variables } from './connectors/secrets.ts';

export function auditFolder({ audit, folder, dataFolder }: Config): string {
  return audit.folder === undefined ? join(dataFolder, 'audit') : resolve(folder, audit.folder);
}

/** @throws AppError CONFIG_INVALID (config) when the key cannot be read */
export function openAudit(config: Config, logger: Logger, variables: Variables): AuditTrail {
  const { queryText, keepDays, anchors, key: reference, timestamp } = config.audit;
  const problems: ConfigProblem[] = [];
  const place = { path: 'audit.key', folder: config.folder, variables };
  const key = reference === undefined ? undefined : withSecrets(reference, place, problems);
  if (problems.length > 0) throw invalid(config.file, problems);
  return createAuditTrail({
    folder: auditFolder(config),
    logger,
    queryText,
    keepDays,
    ...(timestamp && {
      onHead: timestamping({
        folder: auditFolder(config),
        url: timestamp.url,
        everyMs: timestamp.everyMinutes * 60_000,
      }),
    }),
    forwardTo: config.audit.forward.map(({ id }) => id),
    anchors: anchors.map((file) => resolve(config.folder, file)),
    ...(key instanceof Secret && { key: key.reveal() }),
  });
}

/** Tools whose replies are answers. */
const ANSWERING = new Set(['ask_question', 'create_summary']);

/** What a tool is about to show or refuse, as a record. */
export async function recordShown(
  audit: AuditTrail,
  catalog: Catalog,
  { person, via, query, documentIds, wanted, withheld, refusedWith }: ShownEvent,
  client: AuditClient,
): Promise<void> {
  const refusal = refusedWith === undefined ? undefined : { code: refusedWith };
  const hidden = await refusedDocument(catalog, wanted, refusedWith);
  await audit.record({
    action: ANSWERING.has(via) ? 'answer' : query === undefined ? 'read' : 'search',
    via,
    outcome: refusal ? 'refused' : 'done',
    ...(person && { actor: { issuer: person.issuer, subject: person.subject } }),
    client,
    ...(query !== undefined && { query }),
    ...(wanted !== undefined && { object: wanted }),
    shown: documentIds,
    withheld: [...hidden, ...withheld],
    ...refusal,
  });
}

/** Asked of every document that was not found, there or not: the answer takes as long. */
export async function refusedDocument(
  catalog: Catalog,
  wanted: DocumentId | undefined,
  code: string | undefined,
): Promise<readonly Withheld[]> {
  if (wanted === undefined || code !== 'DOCUMENT_NOT_FOUND') return [];
  const known = await catalog.known([wanted]);
  return [{ id: wanted, reason: known.has(wanted) ? 'not-allowed' : 'absent' }];
}

/** What came out of one question, beside the answer itself. */
export interface Asked<T> {
  readonly value: T;
  readonly shown: readonly DocumentId[];
  readonly withheld?: readonly Withheld[];
}

/** Runs the work, and gives its value only once it is written down; a refusal is written down too, and stays the refusal. */
export async function audited<T>(
  audit: AuditTrail,
  catalog: Catalog,
  event: Omit<AuditEvent, 'outcome' | 'shown' | 'withheld' | 'code'>,
  work: () => Promise<Asked<T>>,
): Promise<T> {
  let asked: Asked<T>;
  try {
    asked = await work();
  } catch (cause) {
    const { code, kind } = toAppError(cause);
    const withheld = await refusedDocument(catalog, event.object, code);
    await audit.record({ ...event, outcome: kind === 'internal' ? 'failed' : 'refused', code, withheld });
    throw cause;
  }
  await audit.record({ ...event, outcome: 'done', shown: asked.shown, withheld: asked.withheld ?? [] });
  return asked.value;
}

/** Each run twice: that it begins, before anything is read, and how it ended. */
export function auditedIngest(ingest: Ingest, audit: AuditTrail): Ingest {
  return {
    ...ingest,
    sync: async (connector, options) => {
      const event = {
        action: 'sync',
        via: 'sync',
        object: connector.id,
        client: { channel: 'service' },
      } as const;
      await audit.record({
        ...event,
        outcome: 'done',
        details: { phase: 'begun', dryRun: options.dryRun ?? false },
      });
      try {
        const run = await ingest.sync(connector, options);
        const details = { phase: 'ended', run: run.id, result: run.outcome, ...run.counters };
        await audit.record({ ...event, outcome: 'done', details });
        return run;
      } catch (cause) {
        const { code } = toAppError(cause);
        await audit.record({ ...event, outcome: 'failed', code, details: { phase: 'ended' } });
        throw cause;
      }
    },
  };
}
