export { ACCESS_HISTORY_DAYS, MAX_ACCESS_CHANGE, partAbout, renamedIn } from './access-history.ts';
export type { AccessChange, AccessHistory } from './access-history.ts';
export { AccessFilter, readGrant } from './access-filter.ts';
export type { AccessGrant } from './access-filter.ts';
export { BM25_LENGTH, saturationOf } from './bm25.ts';
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
export type { LateCheck, LateRefusal, LateResult, LateTrouble } from './late-check.ts';
export { PASSES } from './connector.ts';
export type {
  Change,
  Connector,
  LiveAnswer,
  LiveHit,
  LiveQuery,
  OwnRights,
  Pass,
  PersonToken,
  ReadVerdict,
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
export type { Completions, FacetCounts, FacetRequest, IndexExplorer, WordReport } from './index-explorer.ts';
export type { EmbeddingJournal, VersionVectors } from './embedding-journal.ts';
export type { JobQueue, JobRecord, ReadingNews, ReadingRequest } from './job-queue.ts';
export type {
  CatalogJournal,
  CataloguedDocument,
  ConfirmedDocument,
  ConfirmedOf,
  IndexedVersion,
  IndexPlaces,
  Matching,
  MatchRequest,
  PendingBatch,
  Settlement,
  VersionedDocument,
  VersionedIndex,
} from './journal.ts';
export type { LanguageModel, ModelPart, ModelRequest, ModelUsage } from './language-model.ts';
export { LEXICAL_WEIGHTS } from './search-index.ts';
export type {
  Candidate,
  Damage,
  ExcludedValues,
  IndexBatch,
  IndexChunk,
  IndexDocument,
  IndexFilter,
  IndexStats,
  AnswerChanges,
  KnownAnswer,
  LexicalWeights,
  SearchAnswer,
  SearchIndex,
  SearchRequest,
} from './search-index.ts';
export type { RerankAnswer, Reranker, RerankPassage } from './reranker.ts';
export type { SetupField, SourceSetup } from './source-setup.ts';
export { entriesOf } from './shared-state.ts';
export { STATE_SPACES } from './state-spaces.ts';
export type { SpaceOfPersons, StateSpace } from './state-spaces.ts';
export type { SharedState, StateChange, StateEntry, StateWrite } from './shared-state.ts';
export type { Store } from './store.ts';
export type {
  DirectoryReading,
  DirectorySnapshot,
  GroupDraft,
  People,
  PeopleEdit,
  PeopleStore,
  PersonDraft,
  ProvisionedGroup,
  ProvisionedPerson,
} from './people-store.ts';
export { filterableValues, indexedFacts, toIndexDocument, withFacts } from './stored-document.ts';
export type { Filterable, StoredHead } from './stored-document.ts';
export type { StoreExport } from './store-export.ts';
