import { AppError } from '@fumikura/errors';
import type { Account, Connection } from './github-types.ts';
import type { Run } from './run.ts';

/** Organization.samlIdentityProvider: told to owners, and to an app that reads members. */
const IDENTITIES = `query($login: String!, $after: String) {
  organization(login: $login) { samlIdentityProvider { externalIdentities(first: 100, after: $after, membersOnly: true) {
    pageInfo { hasNextPage endCursor }
    nodes { user { databaseId } samlIdentity { nameId } scimIdentity { username } }
  } } }
}`;
const VERIFIED = `query($login: String!, $after: String) {
  organization(login: $login) { membersWithRole(first: 100, after: $after) {
    pageInfo { hasNextPage endCursor } nodes { databaseId organizationVerifiedDomainEmails(login: $login) }
  } }
}`;

interface Identity {
  readonly user?: { readonly databaseId?: number | null } | null;
  readonly samlIdentity?: { readonly nameId?: string | null } | null;
  readonly scimIdentity?: { readonly username?: string | null } | null;
}
interface Verified {
  readonly databaseId?: number | null;
  readonly organizationVerifiedDomainEmails?: readonly string[] | null;
}
interface Organization {
  readonly samlIdentityProvider?: { readonly externalIdentities?: Connection<Identity> | null } | null;
  readonly membersWithRole?: Connection<Verified> | null;
}

/**
 * Addresses that are proved, by account: what the organisation's own sign-in service calls a member, else the one address
 * that GitHub verified in a domain the organisation has verified. What is not told proves nothing.
 */
export async function readAddresses(run: Run, { login }: Account): Promise<ReadonlyMap<number, string>> {
  const addresses = new Map<number, string>();
  const verified = pages(run, VERIFIED, login, (found) => found.membersWithRole);
  for await (const { databaseId, organizationVerifiedDomainEmails: emails } of verified) {
    const [only] = emails?.length === 1 ? emails : [];
    if (databaseId && only) addresses.set(databaseId, only.toLowerCase());
  }
  const identities = pages(run, IDENTITIES, login, (found) => found.samlIdentityProvider?.externalIdentities);
  for await (const { user, samlIdentity, scimIdentity } of identities) {
    const name = [samlIdentity?.nameId, scimIdentity?.username].find((each) => each?.includes('@'));
    if (user?.databaseId && name) addresses.set(user.databaseId, name.toLowerCase());
  }
  return addresses;
}

/** Ends without anything where our account, or an older server, is not told. */
async function* pages<T>(
  { client, signal, logger }: Run,
  query: string,
  login: string,
  part: (organization: Organization) => Connection<T> | null | undefined,
): AsyncGenerator<T> {
  for (let after: string | null = null; ;) {
    const answer: { organization: Organization | null } | undefined = await client
      .graphql<{ organization: Organization | null }>(query, { login, after }, signal)
      .catch((error: unknown) => {
        if (!(error instanceof AppError) || error.kind !== 'permission') throw error;
        logger.info('github.identities.not-told', { login, reason: error.message });
        return undefined;
      });
    const found: Connection<T> | null | undefined = answer?.organization && part(answer.organization);
    for (const each of found?.nodes ?? []) if (each) yield each;
    if (!found?.pageInfo.hasNextPage) return;
    after = found.pageInfo.endCursor ?? null;
  }
}
