export { testAccess } from './grants.ts';
export { searchIndexContract, testDocument } from './index-contract.ts';
export type { OpenIndex } from './index-contract.ts';
export { referenceRanking } from './reference-ranking.ts';
export { connectorContract } from './connector-contract.ts';
export type { ConnectorCase, ConnectorContract, SourceUnderTest } from './connector-contract.ts';
