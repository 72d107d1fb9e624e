import type { ChunkId, DocumentId } from '@fumikura/model';
import type {
  AccessGrant,
  DocumentRecord,
  FieldValue,
  FilterField,
  Passage,
  StoredText,
} from '@fumikura/ports';
import type { Database } from '../database.ts';
import type { AclStore } from './acls.ts';
import type { DocumentStore } from './documents.ts';

/** Answers of `fieldValues` kept until the next write; every reply asks for the same one. */
const KEPT_VALUES = 64;

type Caller = Pick<AccessGrant, 'principals'>;

/** What a caller reads of documents, each checked by the lists of now. */
export class CheckedReads {
  readonly #db: Database;
  readonly #documents: DocumentStore;
  readonly #acls: AclStore;
  readonly #values = new Map<string, FieldValue[]>();
  #valuesOf = -1;

  constructor(db: Database, documents: DocumentStore, acls: AclStore) {
    this.#db = db;
    this.#documents = documents;
    this.#acls = acls;
  }

  /** A write of this connection, which its own data version does not show. */
  afterWrite(): void {
    this.#values.clear();
  }

  /** Second check: today's lists, not the ones of the grant. */
  readable(ids: readonly DocumentId[], { principals }: Caller): DocumentRecord[] {
    return this.#db.read(() => {
      return this.#documents.admittedRecords(ids, (aclIds) => this.#acls.admits(aclIds, principals));
    });
  }

  text(id: DocumentId, caller: Caller): StoredText | undefined {
    return this.#db.read(() =>
      this.readable([id], caller).length === 1 ? this.#documents.text(id) : undefined,
    );
  }

  /** Several spans of one document unpack its text once. */
  passages(wanted: readonly ChunkId[], caller: Caller): (Passage | undefined)[] {
    return this.#db.read(() => {
      const ids = [...new Set(wanted.map(({ documentId }) => documentId))];
      const texts = new Map(
        this.readable(ids, caller).map(({ id }) => [id, this.#documents.text(id)] as const),
      );
      return wanted.map(({ documentId, ordinal }) => {
        const stored = texts.get(documentId);
        const chunk = stored?.chunks.find((each) => each.ordinal === ordinal);
        return stored && chunk ? { chunk, text: stored.text.slice(chunk.start, chunk.end) } : undefined;
      });
    });
  }

  fieldValues(field: FilterField, { principals }: Caller, limit: number): FieldValue[] {
    return this.#db.read(() => {
      const key = [field, limit, ...principals].join('\n');
      const known = this.#keptValues().get(key);
      if (known) return known;
      const readable = new Set(this.#acls.readable(principals).aclIds);
      const values = this.#documents.fieldValues(field, (aclId) => readable.has(aclId), limit);
      if (this.#values.size >= KEPT_VALUES) this.#values.clear();
      this.#values.set(key, values);
      return values;
    });
  }

  #keptValues(): Map<string, FieldValue[]> {
    const version = this.#db.dataVersion();
    if (version !== this.#valuesOf) this.#values.clear();
    this.#valuesOf = version;
    return this.#values;
  }
}
