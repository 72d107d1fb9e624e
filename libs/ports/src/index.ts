export { AccessFilter, readGrant } from './access-filter.ts';
export type { AccessGrant } from './access-filter.ts';
export type {
  Catalog,
  DeadLetter,
  DirectoryRecord,
  DocumentRecord,
  DocumentWrite,
  FieldValue,
  FilterField,
  KnownVersion,
  Lease,
  Passage,
  RunRecord,
  SourceRecord,
  StoreBatch,
  StoredText,
} from './catalog.ts';
export type { Change, Connector, SourceCheck, SyncBatch, WebhookDelivery, WebhookNews } from './connector.ts';
export type {
  CatalogJournal,
  CataloguedDocument,
  ConfirmedDocument,
  ConfirmedOf,
  IndexedVersion,
  PendingBatch,
  Settlement,
  VersionedDocument,
  VersionedIndex,
} from './journal.ts';
export { LEXICAL_WEIGHTS } from './search-index.ts';
export type {
  Candidate,
  Damage,
  IndexBatch,
  IndexChunk,
  IndexDocument,
  IndexFilter,
  IndexStats,
  LexicalWeights,
  SearchAnswer,
  SearchIndex,
  SearchRequest,
} from './search-index.ts';
export type { SetupField, SourceSetup } from './source-setup.ts';
export type { Store } from './store.ts';
export type { StoreExport } from './store-export.ts';
