import { describe } from 'node:test';
import type { Store } from '@fumikura/ports';
import { registerCases } from './contract.ts';
import type { ContractOptions } from './contract.ts';
import { commitCases } from './store/commit-cases.ts';
import { findingCases } from './store/finding-cases.ts';
import { openingCases } from './store/opening-cases.ts';

/** What catalog and index of one store do together. */
export function storeContract(options: ContractOptions<Store>): void {
  describe('store contract', () =>
    registerCases(options, { ...commitCases, ...findingCases, ...openingCases }));
}
