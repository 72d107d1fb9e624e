import { createPersonalTokens } from '@fumikura/access';
import type { PersonalTokens } from '@fumikura/access';
import type { Config } from '@fumikura/config';
import type { Variables } from './connectors/secrets.ts';
import { withState } from './store.ts';

/** Opens nothing of the store but the tokens. */
export function withPersonalTokens<T>(
  config: Config,
  variables: Variables,
  work: (tokens: PersonalTokens) => Promise<T>,
): Promise<T> {
  return withState(config, variables, (state) => work(createPersonalTokens(state)));
}
