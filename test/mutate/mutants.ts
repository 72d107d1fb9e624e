import { OUTBOUND_MUTANTS } from './outbound-mutants.ts';
import { RIGHTS_MUTANTS } from './rights-mutants.ts';
import { SHOWN_MUTANTS } from './shown-mutants.ts';
import { SIGN_IN_MUTANTS } from './sign-in-mutants.ts';
import { SLACK_MUTANTS } from './slack-mutants.ts';
import { STORE_MUTANTS } from './stores-mutants.ts';
import type { Mutant } from './mutant.ts';

export const MUTANTS: readonly Mutant[] = [
  ...STORE_MUTANTS,
  ...RIGHTS_MUTANTS,
  ...SIGN_IN_MUTANTS,
  ...SHOWN_MUTANTS,
  ...OUTBOUND_MUTANTS,
  ...SLACK_MUTANTS,
];
