import { createHash, createHmac, randomBytes } from 'node:crypto';
import { LOCAL_ISSUER, sourceOf } from '@fumikura/access';
import type { Principal, SourceAccount } from '@fumikura/model';
import { entriesOf, partAbout } from '@fumikura/ports';
import type { AccessChange, Catalog } from '@fumikura/ports';
import { PAST_SPACE } from '../people/past.ts';
import type { Subject } from './in-state.ts';

const EVER = '';

/** Who somebody is and was in sources, as far as it is known here. */
export interface KnownAs {
  readonly principals: ReadonlySet<Principal>;
  /** Those that a source still tells of: its next change writes them down again. */
  readonly told: readonly SourceAccount[];
}

/**
 * Everything that the history of readers can know somebody by: what they are here, accounts that were decided or written down for
 * them, and accounts with an address of theirs that their source calls verified. Read before anything of them is taken away.
 * @param known further accounts, and addresses that are theirs
 */
export async function knownAs(
  catalog: Catalog,
  { person }: Subject,
  known: { readonly accounts: readonly Principal[]; readonly emails: readonly string[] },
): Promise<KnownAs> {
  const principals = new Set<Principal>(known.accounts);
  const emails = new Set(known.emails.map(folded));
  if (person.issuer === LOCAL_ISSUER) {
    principals.add(`user:${LOCAL_ISSUER}:${person.subject}`);
    await addPast(catalog, person.subject, principals, emails);
  }
  const told = await catalog.accounts([...principals], [...emails]);
  for (const { principal } of told) principals.add(principal);
  const hashes = new Set([...emails].map(hashed));
  if (hashes.size > 0)
    for (const change of (await catalog.accessHistory(EVER)).changes)
      if (change.kind === 'directory')
        for (const { principal, before } of change.accounts)
          if (before?.email && hashes.has(before.email.address)) principals.add(principal);
  return { principals, told };
}

/** Of every change the part that names them, newest first. */
export async function* changesAbout(catalog: Catalog, { principals }: KnownAs): AsyncGenerator<AccessChange> {
  for (const change of (await catalog.accessHistory(EVER)).changes) {
    const part = partAbout(change, principals);
    if (part) yield part;
  }
}

/**
 * Each of them becomes another name in the history: the same one everywhere, so that it still tells when how many could read, made with
 * a key that nobody keeps.
 * @returns changes that named one of them
 */
export async function eraseInHistory(catalog: Catalog, { principals }: KnownAs): Promise<number> {
  if (principals.size === 0) return 0;
  const key = randomBytes(32);
  const nameFor = (principal: Principal): Principal => {
    // Ids of accounts may have colons of their own.
    const source = principal.startsWith(`user:${LOCAL_ISSUER}:`) ? LOCAL_ISSUER : sourceOf(principal);
    const name = createHmac('sha256', key).update(principal).digest('base64url').slice(0, 22);
    return `user:${source}:erased-${name}`;
  };
  return catalog.renameInAccessHistory([...principals].map((each) => [each, nameFor(each)] as const));
}

async function addPast(
  catalog: Catalog,
  id: string,
  principals: Set<Principal>,
  emails: Set<string>,
): Promise<void> {
  for await (const { value } of entriesOf(catalog.state, PAST_SPACE))
    for (const each of Array.isArray(value) ? value : [value]) {
      const { name = '', fact } = each as { name?: string; fact?: unknown };
      if (name === `person/${id}`) {
        const { accounts = [], email } = (fact ?? {}) as { accounts?: Principal[]; email?: string | null };
        for (const account of accounts) principals.add(account);
        if (typeof email === 'string') emails.add(folded(email));
      } else if (name.startsWith('link/') && fact === id) principals.add(name.slice(5) as Principal);
    }
}

function folded(address: string): string {
  return address.trim().toLowerCase();
}

/** As addresses stand in the history. */
function hashed(address: string): string {
  return `sha256:${createHash('sha256').update(address).digest('hex')}`;
}
