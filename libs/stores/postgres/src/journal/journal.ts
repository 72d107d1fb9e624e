import { randomUUID } from 'node:crypto';
import { AppError } from '@fumikura/errors';
import type { Acl, DocumentId, SourceId } from '@fumikura/model';
import { aclKey, splitDocumentId } from '@fumikura/model';
import type {
  CatalogJournal,
  CataloguedDocument,
  PendingBatch,
  Settlement,
  StoreBatch,
  VersionedDocument,
} from '@fumikura/ports';
import { indexedFacts, toIndexDocument, withFacts } from '@fumikura/ports';
import type { AccessHistoryStore } from '../catalog/access-history.ts';
import type { AclStore } from '../catalog/acls.ts';
import type { DirectoryStore } from '../catalog/directory.ts';
import type { JobStore } from '../catalog/jobs.ts';
import { pack } from '../catalog/document-rows.ts';
import type { PackedDocument } from '../catalog/document-rows.ts';
import type { DocumentStore } from '../catalog/documents.ts';
import type { SyncState } from '../catalog/sync-state.ts';
import type { Connection, Executor } from '../connection.ts';
import type { Waiting } from '../embedding/waiting.ts';
import { conflict } from '../errors.ts';
import { announceDocuments } from '../news.ts';
import { count, shrinkFacets } from './counting.ts';
import { beforeFacts, changeOfFacts, versionedFacts } from './facts.ts';
import type { FactsPlan } from './facts.ts';
import { foldBatch } from './fold-batch.ts';
import type { FoldedBatch } from './fold-batch.ts';
import { Notes } from './notes.ts';

export interface JournalParts {
  readonly connection: Connection;
  readonly acls: AclStore;
  readonly history: AccessHistoryStore;
  readonly documents: DocumentStore;
  readonly sync: SyncState;
  readonly directory: DirectoryStore;
  readonly jobs: JobStore;
  readonly waiting: Waiting;
}

interface Prepared {
  readonly folded: FoldedBatch;
  readonly packed: readonly PackedDocument[];
  readonly facts: readonly FactsPlan[];
  readonly aclIds: ReadonlyMap<string, number>;
  /** Of the new facts: their bodies may have no vectors to take along. */
  readonly wasWaiting: ReadonlySet<DocumentId>;
}

export class Journal implements CatalogJournal {
  readonly #parts: JournalParts;
  readonly #notes: Notes;
  readonly #prepared = new WeakMap<PendingBatch, Prepared>();

  constructor(parts: JournalParts) {
    this.#parts = parts;
    this.#notes = new Notes(parts.connection, parts.documents);
  }

  async begin(batch: StoreBatch): Promise<PendingBatch> {
    const folded = foldBatch(batch);
    const { acls, connection, documents } = this.#parts;
    await acls.ensureLists((folded.lists ?? []).map(({ id }) => id));
    const aclIds = await acls.idsOf(aclsOf(folded));
    const before = await beforeFacts(this.#parts, folded.heads);
    const isIndexed = ({ head, known }: (typeof before)[number]) =>
      indexedFacts(known.head) !== indexedFacts(withFacts(known.head, head));
    const moved = before.filter(isIndexed);
    // Before anybody reads the vectors that are taken along: those that come in between are made once more.
    const wasWaiting = await connection.read((db) =>
      this.#parts.waiting.among(
        db,
        moved.map(({ head }) => head.id),
      ),
    );
    const versions = await connection.read((db) =>
      documents.nextVersions(db, folded.upserts.length + moved.length),
    );
    const ids = folded.upserts.map(({ document }) => document.id);
    const earlier = await connection.read((db) => documents.earlier(db, ids));
    const packed = await Promise.all(
      folded.upserts.map((write, at) => {
        const version = versions[at] ?? 0;
        const numbers = { aclId: idOf(aclIds, write.document.acl), aclVersion: version, version };
        return pack(write, numbers, earlier.get(write.document.id));
      }),
    );
    const facts = before.map((each): FactsPlan => {
      const at = moved.indexOf(each);
      const aclId = idOf(aclIds, each.head.acl);
      const plan = { head: each.head, aclId, base: each.known.version };
      return at < 0 ? plan : { ...plan, version: versions[folded.upserts.length + at] ?? 0 };
    });
    const writes = [...packed.map(versionedOf), ...(await versionedFacts(this.#parts, facts, before))];
    const pending: PendingBatch = { id: randomUUID(), writes };
    await this.#notes.begin(pending);
    this.#prepared.set(pending, { folded, packed, facts, aclIds, wasWaiting });
    return pending;
  }

  confirm(pending: PendingBatch): Promise<readonly Settlement[]> {
    const prepared = this.#prepared.get(pending);
    if (!prepared) throw conflict('a batch that was not begun here');
    const { connection, acls, sync } = this.#parts;
    const { folded } = prepared;
    return connection.write(async (db) => {
      if (folded.lease) await sync.requireLease(db, folded.lease);
      await sync.ensureSource(db, folded.source);
      await sync.lockSources(db, sourcesOf(folded));
      const late = await this.#notes.take(db, pending);
      await acls.putLists(db, folded.lists ?? [], folded.source);
      const settled = await this.#apply(db, prepared, late, pending.id);
      await sync.putDeadLetters(db, folded.source, folded.deadLetters ?? []);
      for (const [of, checkpoint] of [
        ['content', folded.checkpoint],
        ['access', folded.accessCheckpoint],
      ] as const)
        if (checkpoint !== undefined) await sync.setCheckpoint(db, folded.source, checkpoint, of);
      return settled;
    });
  }

  abandon(pending: PendingBatch): Promise<readonly Settlement[]> {
    return this.#notes.abandon(pending.id);
  }

  settled(done: readonly Settlement[]): Promise<void> {
    return this.#notes.settled(done);
  }

  unsettled(...[of, limit]: Parameters<CatalogJournal['unsettled']>): Promise<readonly Settlement[]> {
    return this.#notes.unsettled(of, limit);
  }

  removeSource(id: SourceId): Promise<{ readonly removed: number; readonly batch: string }> {
    const { connection, acls, sync, directory, jobs } = this.#parts;
    const batch = randomUUID();
    return connection.write(async (db) => {
      await sync.lockSources(db, [id]);
      await shrinkFacets(this.#parts, db, id);
      const removed = await this.#notes.removeSource(db, id, batch);
      await acls.forgetSource(db, id);
      await directory.forget(db, id);
      await jobs.forget(db, id);
      await sync.forget(db, id);
      return { removed, batch };
    });
  }

  confirmed(ids: readonly DocumentId[]) {
    return this.#parts.connection.read((db) => this.#parts.documents.confirmed(db, ids));
  }

  underWay(ids: readonly DocumentId[]): Promise<ReadonlySet<number>> {
    return this.#notes.underWay(ids);
  }

  list(after: DocumentId | undefined, limit: number): Promise<readonly CataloguedDocument[]> {
    return this.#parts.connection.read((db) => this.#parts.documents.list(db, after ?? '', limit));
  }

  documents(ids: readonly DocumentId[]): Promise<readonly VersionedDocument[]> {
    return this.#parts.connection.read((db) => this.#parts.documents.versioned(db, ids));
  }

  version(): Promise<number> {
    return this.#parts.connection.read((db) => this.#parts.documents.lastVersion(db));
  }

  /** Under the lock of the sources: everything here is decided on what nobody else changes. */
  async #apply(
    db: Executor,
    { folded, packed, facts, aclIds, wasWaiting }: Prepared,
    late: ReadonlySet<number>,
    batch: string,
  ): Promise<readonly Settlement[]> {
    const { documents, sync, waiting } = this.#parts;
    const [stamp = 0] = await documents.nextVersions(db, 1);
    const written = packed.filter(({ version }) => !late.has(version));
    const plans = facts.filter(({ version }) => version === undefined || !late.has(version));
    const ids = [
      ...written.map(({ id }) => id),
      ...plans.map(({ head }) => head.id),
      ...folded.acls.keys(),
      ...folded.removals,
    ];
    const before = await documents.before(db, ids);
    const changes = [
      ...plans.flatMap((plan) => changeOfFacts(plan, before.get(plan.head.id), stamp)),
      ...[...folded.acls].flatMap(([id, acl]) => {
        const known = before.get(id);
        return known ? [{ ...known, aclId: idOf(aclIds, acl), aclVersion: stamp }] : [];
      }),
    ];
    const syncedAt = new Date().toISOString();
    await documents.remove(db, folded.removals);
    await documents.put(db, written, syncedAt);
    await documents.setFacts(db, changes, syncedAt);
    await waiting.written(
      db,
      written.map(({ id, write }) => ({ id, isWaiting: write.vectors === undefined })),
    );
    await waiting.add(
      db,
      plans.flatMap(({ head, version }) =>
        version !== undefined && wasWaiting.has(head.id) ? [head.id] : [],
      ),
    );
    const after = new Map([...changes, ...written].map((each) => [each.id, each]));
    await count(this.#parts, db, before, after);
    const moved = [...before].filter(([id, { aclId }]) => (after.get(id)?.aclId ?? aclId) !== aclId);
    await this.#parts.history.documentsMoved(
      db,
      moved.map(([document, { aclId }]) => ({ document, aclId })),
    );
    await sync.clearDeadLetters(db, [
      ...folded.removals,
      ...written.filter(({ write }) => !write.isRecut).map(({ id }) => id),
      ...plans.map(({ head }) => head.id),
    ]);
    const touched = [...changes.map(({ id }) => id), ...folded.removals.filter((id) => before.has(id))];
    const later = [
      ...written.map(({ id, version }) => ({ id, below: version })),
      ...plans.map(({ head, version = 0 }) => ({ id: head.id, below: version })),
      ...folded.removals.map((id) => ({ id, below: stamp })),
    ];
    await this.#notes.supersede(db, later, batch);
    await this.#notes.settling(db, touched, stamp, batch);
    const fresh = written.filter(({ id }) => !before.has(id));
    await this.#notes.forgetNew(
      db,
      fresh.map(({ id }) => id),
      batch,
    );
    await announceDocuments(db, this.#parts.connection, [...written.map(({ id }) => id), ...touched]);
    return this.#notes.ofBatch(db, batch);
  }
}

function versionedOf({ write, version, aclId }: PackedDocument): VersionedDocument {
  const { document, chunks, vectors } = write;
  return { version, document: toIndexDocument({ ...document, aclId }, document.text, chunks, vectors) };
}

function aclsOf({ upserts, heads, acls }: FoldedBatch): Acl[] {
  return [...upserts.map(({ document }) => document.acl), ...heads.map(({ acl }) => acl), ...acls.values()];
}

function idOf(ids: ReadonlyMap<string, number>, acl: Acl): number {
  const id = ids.get(aclKey(acl));
  if (id) return id;
  throw new AppError('UNEXPECTED', 'internal', 'an ACL without a row');
}

/** In ascending order, in which they are locked. */
function sourcesOf({ source, upserts, heads, acls, removals }: FoldedBatch): SourceId[] {
  const ids = [...heads.map(({ id }) => id), ...acls.keys(), ...removals];
  const named = ids.flatMap((id) => splitDocumentId(id)?.source ?? []);
  return [...new Set([source, ...upserts.map(({ document }) => document.source), ...named])].sort();
}
