import { Secret } from '@fumikura/config';
import type { ConfigProblem } from '@fumikura/config';
import { readReference } from '@fumikura/secrets';
import type { SecretPlace } from '@fumikura/secrets';

export type { Variables } from '@fumikura/secrets';

/**
 * The same value with each secret in the place where the configuration names where it lies. A secret is never written into
 * the configuration itself.
 */
export function withSecrets(
  value: unknown,
  place: SecretPlace & { readonly path: string },
  problems: ConfigProblem[],
): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Secret) return value;
  try {
    const secret = readReference(value, place);
    if (secret) return secret;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    problems.push({ path: place.path, message: `the secret cannot be read: ${why}` });
    return undefined;
  }
  const below = (name: string) => ({ ...place, path: `${place.path}.${name}` });
  if (Array.isArray(value))
    return value.map((each, index) => withSecrets(each, below(String(index)), problems));
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, withSecrets(each, below(name), problems)]),
  );
}
