import type { LinkedPerson } from '@fumikura/access';
import type { Config } from '@fumikura/config';

export function linkedPersonsOf({ persons }: Pick<Config, 'persons'>): readonly LinkedPerson[] {
  return persons.map(({ id, accounts, email }) => ({ id, accounts, ...(email !== undefined && { email }) }));
}
