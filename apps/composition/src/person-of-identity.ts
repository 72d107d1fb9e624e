import { LOCAL_ISSUER } from '@fumikura/access';
import type { Config } from '@fumikura/config';
import type { PersonId } from '@fumikura/model';
import type { AuthenticatedInfo } from '@fumikura/server';

type Identity = AuthenticatedInfo['extra']['identity'];

/**
 * The person of the configuration whom an identity belongs to: by issuer and subject, else by an address that the issuer
 * calls verified, where it may link. Anybody else is themselves, whom no reader list knows.
 */
export function personOfIdentity(config: Pick<Config, 'persons' | 'signIn'>, identity: Identity): PersonId {
  const { issuer, subject, verifiedEmail } = identity;
  if (issuer === LOCAL_ISSUER) return { issuer, subject };
  const named = config.persons.filter(({ signIn }) =>
    signIn.some((each) => each.issuer === issuer && each.subject === subject),
  );
  if (named.length === 1 && named[0]) return { issuer: LOCAL_ISSUER, subject: named[0].id };
  const mayLink = config.signIn?.issuers.find((each) => each.issuer === issuer)?.linkBy === 'email';
  if (named.length === 0 && mayLink && verifiedEmail !== undefined) {
    const address = verifiedEmail.toLowerCase();
    const same = config.persons.filter(({ email }) => email?.toLowerCase() === address);
    // Somebody whose subject at this issuer is written down is that subject alone, whoever has their address now.
    const [only] = same.length === 1 ? same : [];
    if (only && !only.signIn.some((each) => each.issuer === issuer))
      return { issuer: LOCAL_ISSUER, subject: only.id };
  }
  return { issuer, subject };
}
