import { createHash } from 'node:crypto';
import {
  createLinkedDirectory,
  createLocalDirectory,
  createRights,
  decidedLinks,
  LOCAL_ISSUER,
} from '@fumikura/access';
import type { Directory, RightsOf } from '@fumikura/access';
import type { Config } from '@fumikura/config';
import type { PersonId } from '@fumikura/model';
import type { Catalog } from '@fumikura/ports';
import { linkedPersonsOf } from '../links.ts';

/** The parts of a configuration that say who people are and what they may do. */
export type PeopleConfig = Pick<
  Config,
  'file' | 'owner' | 'persons' | 'groups' | 'roles' | 'left' | 'decided' | 'signIn'
>;

/** The people of one moment. */
export interface People {
  readonly config: PeopleConfig;
  readonly directory: Directory;
  readonly rightsOf: RightsOf;
  /** Changes with every change of persons, groups, roles or links. */
  readonly version: string;
}

export function peopleOf(
  config: PeopleConfig,
  catalog: Pick<Catalog, 'accounts' | 'withGroups' | 'directoryVersion'>,
): People {
  const { persons, groups, owner, roles, left, decided } = config;
  const version = versionOf(config);
  const local = createLocalDirectory(idsOf(config), groups, version);
  return {
    config,
    directory: createLinkedDirectory(local, catalog, linkedPersonsOf(config), decidedLinks(decided.links)),
    rightsOf: createRights(persons, owner, roles, left),
    version,
  };
}

/** Everybody who is a person here today. */
export function idsOf({ owner, persons, left }: Pick<PeopleConfig, 'owner' | 'persons' | 'left'>): string[] {
  const gone = new Set(left);
  return [...new Set([owner, ...persons.map(({ id }) => id)])].filter((id) => !gone.has(id));
}

export function localIdsOf(config: Parameters<typeof idsOf>[0]): PersonId[] {
  return idsOf(config).map((subject) => ({ issuer: LOCAL_ISSUER, subject }));
}

function versionOf({ persons, groups, owner, roles, left, decided, signIn }: PeopleConfig): string {
  return createHash('sha256')
    .update(JSON.stringify([owner, persons, groups, roles, left, decided, signIn?.issuers]))
    .digest('base64url')
    .slice(0, 16);
}
