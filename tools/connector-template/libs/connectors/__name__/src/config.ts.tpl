import { Secret } from '@fumikura/config';
import type { SourceId } from '@fumikura/model';
import { z } from 'zod';

/** Each option with its unit, its default and what it means; what is not named is refused. */
export const __camel__ConfigSchema = z.strictObject({
  id: z.custom<SourceId>(
    (value) => typeof value === 'string' && /^__name__:[a-z0-9][a-z0-9._-]*$/u.test(value),
    'is written __name__:<name>',
  ),
  url: z.url(),
  token: z.instanceof(Secret, { error: 'is a secret' }),
});

export type __Name__Config = z.output<typeof __camel__ConfigSchema>;
