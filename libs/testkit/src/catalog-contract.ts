import { describe } from 'node:test';
import { accessCases } from './catalog/access-cases.ts';
import { directoryCases } from './catalog/directory-cases.ts';
import { documentCases } from './catalog/document-cases.ts';
import { historyCases } from './catalog/history-cases.ts';
import type { OpenCatalog } from './catalog/open-catalog.ts';
import { jobCases } from './catalog/job-cases.ts';
import { readingCases } from './catalog/reading-cases.ts';
import { stateCases } from './catalog/state-cases.ts';
import { syncCases } from './catalog/sync-cases.ts';
import { registerCases } from './contract.ts';
import type { ContractOptions } from './contract.ts';

/** What every `Catalog` does. Documents reach it by `commit`, so that is part of what is opened. */
export function catalogContract(options: ContractOptions<OpenCatalog>): void {
  describe('catalog contract', () => {
    registerCases(options, {
      ...documentCases,
      ...readingCases,
      ...accessCases,
      ...historyCases,
      ...directoryCases,
      ...syncCases,
      ...jobCases,
      ...stateCases,
    });
  });
}
