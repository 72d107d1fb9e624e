export { createPairedStore } from './paired-store.ts';
export type { PairedStore, PairedStoreOptions } from './paired-store.ts';
export type { Comparison } from './comparison.ts';
export type { IndexBeside, OtherModel } from './beside.ts';
