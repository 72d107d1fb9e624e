import type { Config } from '@fumikura/config';
import { AppError } from '@fumikura/errors';
import type { PersonId } from '@fumikura/model';

/**
 * A person as the command line names them: an id of the configuration, or `<issuer>#<subject>`.
 * @throws AppError PERSON_UNKNOWN (invalid-input) for an id that nobody has
 */
export function personOf({ persons, owner }: Pick<Config, 'persons' | 'owner'>, name: string): PersonId {
  const at = name.lastIndexOf('#');
  if (at > 0) return { issuer: name.slice(0, at), subject: name.slice(at + 1) };
  if (name === owner || persons.some(({ id }) => id === name)) return { issuer: 'local', subject: name };
  const known = [...new Set([owner, ...persons.map(({ id }) => id)])].join(', ');
  const message = `There is no person "${name}". There are: ${known}. Somebody who left or only signs in: local#<id>, <issuer>#<subject>.`;
  throw new AppError('PERSON_UNKNOWN', 'invalid-input', message, { publicMessage: message });
}
