export {
  ALICE,
  allowList,
  BOB,
  documentWrite,
  filterFor,
  FINGERPRINT,
  forgedFilter,
  headOf,
  lexical,
  vectorOf,
} from './builders.ts';
export type { DocumentFacts } from './builders.ts';
export { catalogContract } from './catalog-contract.ts';
export type { OpenCatalog } from './catalog/open-catalog.ts';
export { clusteredVectors } from './clustered-vectors.ts';
export { rejectsWith } from './contract.ts';
export type { ContractOptions, Place } from './contract.ts';
export { fixedClock, seeded } from './fixed-clock.ts';
export type { FixedClock } from './fixed-clock.ts';
export { testAccess } from './grants.ts';
export { searchIndexContract } from './index-contract.ts';
export type { OpenIndex } from './index-contract.ts';
export { referenceRanking } from './reference-ranking.ts';
export { connectorContract, NETWORK_CASES } from './connector-contract.ts';
export type { ConnectorContract } from './connector-contract.ts';
export type { ConnectorCase, Fault, SourceUnderTest } from './connector/source-under-test.ts';
export { embeddingStoreContract } from './embedding-store-contract.ts';
export type { EmbeddingStoreUnderTest } from './embedding-store-contract.ts';
export { embedderContract } from './embedder-contract.ts';
export { postgresMissing, postgresTool, startPostgres } from './postgres-server.ts';
export type { PostgresServer } from './postgres-server.ts';
export { storeContract } from './store-contract.ts';
export { rerankerContract } from './reranker-contract.ts';
export { testDocument } from './test-document.ts';
export { until } from './until.ts';
