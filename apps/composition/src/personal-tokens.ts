import { join } from 'node:path';
import { createPersonalTokens } from '@fumikura/access';
import type { PersonalTokens } from '@fumikura/access';
import type { Config } from '@fumikura/config';

export function personalTokensOf({ dataFolder }: Config): PersonalTokens {
  return createPersonalTokens(join(dataFolder, 'tokens'));
}
