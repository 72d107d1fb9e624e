export { AccessFilter, readGrant } from './access-filter.ts';
export type { AccessGrant } from './access-filter.ts';
export type {
  Catalog,
  CheckpointOf,
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
export { PASSES } from './connector.ts';
export type {
  Change,
  Connector,
  Pass,
  SourceCheck,
  SyncBatch,
  WebhookDelivery,
  WebhookNews,
} from './connector.ts';
export type { EmbedAnswer, Embedded, Embedder, EmbedOptions, ModelIdentity } from './embedder.ts';
export type {
  EmbeddedDocument,
  EmbeddingProblem,
  EmbeddingRefusal,
  EmbeddingSpend,
  EmbeddingStatus,
  EmbeddingStore,
  KnownVector,
  WaitingDocument,
} from './embedding-store.ts';
export type { EmbeddingJournal, VersionVectors } from './embedding-journal.ts';
export type { JobQueue, JobRecord, ReadingNews, ReadingRequest } from './job-queue.ts';
export type {
  CatalogJournal,
  CataloguedDocument,
  ConfirmedDocument,
  ConfirmedOf,
  IndexedVersion,
  IndexPlaces,
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
export type { NamedTexts } from './named-texts.ts';
export type { SetupField, SourceSetup } from './source-setup.ts';
export type { Store } from './store.ts';
export type { StoreExport } from './store-export.ts';
