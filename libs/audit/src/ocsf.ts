import type { PersonId } from '@fumikura/model';
import type { AuditAction, StoredRecord } from './types.ts';

/**
 * One event of the Open Cybersecurity Schema Framework 1.5, https://schema.ocsf.io: reading, searching and answering are
 * Web Resources Activity (6001); syncs and changes are API Activity (6003); signing in and looking at rights are Entity Management (3004).
 */
export function toOcsf(record: StoredRecord, product: { readonly version: string }): Record<string, unknown> {
  const { category, type, activity, name } = CLASSES[record.action];
  return {
    time: Date.parse(record.at),
    category_uid: category,
    class_uid: type,
    activity_id: activity,
    activity_name: name,
    type_uid: type * 100 + activity,
    severity_id: record.outcome === 'done' ? 1 : 2,
    status_id: record.outcome === 'done' ? 1 : 2,
    status: record.outcome === 'done' ? 'Success' : 'Failure',
    ...(record.code && { status_code: record.code }),
    metadata: {
      version: '1.5.0',
      product: { name: 'Fumikura', vendor_name: 'Fumikura', version: product.version },
      uid: `${record.writer}:${record.seq}`,
      sequence: record.seq,
      log_name: record.writer,
    },
    actor: { user: userOf(record.actor), ...(record.as && { invoked_by: 'auditor' }) },
    ...(record.as && { user: userOf(record.as) }),
    ...(record.client && {
      src_endpoint: {
        ...(record.client.address && { ip: record.client.address }),
        ...(record.client.name && { name: record.client.name }),
        type: record.client.channel,
      },
    }),
    api: {
      operation: record.via,
      ...(record.client?.credential && { request: { uid: record.client.credential } }),
    },
    web_resources: resourcesOf(record),
    unmapped: {
      ...(record.query !== undefined && { query: record.query }),
      ...(record.queryHash && { query_hash: record.queryHash }),
      ...record.details,
    },
  };
}

const web = { category: 6, type: 6001 };
const CLASSES: Readonly<
  Record<AuditAction, { category: number; type: number; activity: number; name: string }>
> = {
  search: { ...web, activity: 5, name: 'Search' },
  read: { ...web, activity: 2, name: 'Read' },
  answer: { ...web, activity: 5, name: 'Search' },
  sync: { category: 6, type: 6003, activity: 3, name: 'Update' },
  change: { category: 6, type: 6003, activity: 3, name: 'Update' },
  access: { category: 3, type: 3004, activity: 2, name: 'Read' },
};

function userOf(person: PersonId | undefined): Record<string, unknown> {
  if (!person) return { type_id: 0, name: 'unknown' };
  return { type_id: 1, uid: person.subject, domain: person.issuer };
}

function resourcesOf({ shown = [], withheld = [], object }: StoredRecord): Record<string, unknown>[] {
  return [
    ...shown.map((uid) => ({ uid, type: 'document', labels: ['shown'] })),
    ...withheld.map(({ id, reason }) => ({ uid: id, type: 'document', labels: ['withheld', reason] })),
    ...(object === undefined ? [] : [{ uid: object, type: 'object' }]),
  ];
}
