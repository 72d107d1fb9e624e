/** A fault somebody could make in the access path: one place of one file, and the tests that have to notice. */
export interface Mutant {
  readonly id: string;
  readonly file: string;
  /** Stands there exactly once. */
  readonly find: string;
  readonly replace: string;
  readonly tests: readonly string[];
}

export const STORE = [
  'libs/stores/sqlite/src/catalog-contract.test.ts',
  'libs/stores/sqlite/src/store-contract.test.ts',
];
export const ACCESS = [
  'libs/access/src/access.test.ts',
  'libs/access/src/linked-directory.test.ts',
  'libs/access/src/roles.test.ts',
  'libs/access/src/personal-tokens.test.ts',
];
export const VERIFY = [
  'apps/server/src/auth/verify.test.ts',
  'apps/server/src/auth/issuers.test.ts',
  'apps/server/src/auth/key-set.test.ts',
  'apps/server/src/auth/gate.test.ts',
];
export const UNTRUSTED = ['libs/mcp/src/untrusted/links.test.ts', 'libs/mcp/src/untrusted/disarm.test.ts'];
export const RETRIEVAL = ['libs/retrieval/src/retrieval.test.ts'];
/** Stands for the fuzz with few checks. */
export const FUZZ = 'fuzz';

export const of = (
  file: string,
  tests: readonly string[],
  faults: readonly (readonly [id: string, find: string, replace: string])[],
): Mutant[] => faults.map(([id, find, replace]) => ({ id, file, find, replace, tests }));
