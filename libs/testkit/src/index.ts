export { testAccess } from './grants.ts';
export { searchIndexContract, testDocument } from './index-contract.ts';
export type { OpenIndex } from './index-contract.ts';
export { referenceRanking } from './reference-ranking.ts';
