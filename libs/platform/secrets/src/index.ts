export { addKey, keyRingFrom, keepKeys } from './key-ring.ts';
export type { KeyRing, SealingKey } from './key-ring.ts';
export { readReference, referencesIn } from './references.ts';
export type { SecretPlace, Variables } from './references.ts';
export { describeSealed, openSealed, sealFile } from './sealed.ts';
