import type { Secret } from '@fumikura/config';
import { AppError, toAppError } from '@fumikura/errors';
import type { TokenExchange } from '@fumikura/exchange';
import type { Principal, SourceId } from '@fumikura/model';
import { readGrant } from '@fumikura/ports';
import type { AccessFilter, Connector, OwnRights, ReadVerdict } from '@fumikura/ports';
import { credentialOf } from './credential.ts';

/** How one source is asked with people's own tokens. */
export interface OwnAccess {
  readonly exchange: TokenExchange;
  /** What follows when somebody gets no token: the index with what we know of readers, or nothing of the source. */
  readonly otherwise: 'index' | 'nobody';
}

export interface OwnRightsOptions {
  readonly accessOf: (source: SourceId) => OwnAccess | undefined;
  readonly connectorOf: (source: SourceId) => Connector | undefined | Promise<Connector | undefined>;
  /** Told of each person whom a source could not be asked as. */
  readonly onTrouble?: (source: SourceId, error: AppError) => void;
}

/** Why a source was not asked as the caller. `isClosed`: nothing of it is to be shown; else what we know of its readers decides. */
export interface NotAsked {
  readonly reason: string;
  readonly isClosed: boolean;
}

export interface OwnRightsOf {
  /** Whether the source is asked with tokens of its people, and this caller came with one that can be exchanged. */
  isFor(source: SourceId, access: AccessFilter): boolean;
  /**
   * What the work says, done as the caller themselves; never rejects for what issuer or token do. The account behind the token is asked
   * of the source once a token, and has to be one that the caller is known by.
   */
  as<T>(
    source: SourceId,
    access: AccessFilter,
    signal: AbortSignal,
    work: (rights: OwnRights) => Promise<T>,
  ): Promise<{ readonly value: T } | NotAsked>;
}

/** Errors that say something of one person's token, not of the source. */
const OF_THE_TOKEN = new Set([
  'EXCHANGE_REFUSED',
  'EXCHANGE_UNAVAILABLE',
  'EXCHANGE_INVALID',
  'SOURCE_UNAUTHORISED',
  'SOURCE_FORBIDDEN',
]);

export function createOwnRights({ accessOf, connectorOf, onTrouble }: OwnRightsOptions): OwnRightsOf {
  const accounts = new WeakMap<Secret, Principal>();
  const isFor = (source: SourceId, access: AccessFilter) => {
    const credential = credentialOf(access);
    return credential !== undefined && credential.issuer === accessOf(source)?.exchange.issuer;
  };

  const rightsOf = async (
    source: SourceId,
    access: AccessFilter,
    token: Secret,
    signal: AbortSignal,
  ): Promise<OwnRights> => {
    const rights = (await connectorOf(source))?.asPerson?.(token);
    if (!rights) throw new AppError('CONFIG_INVALID', 'config', `${source} cannot be asked as a person`);
    const account = accounts.get(token) ?? (await rights.account(signal));
    const principals = readGrant(access)?.principals ?? [];
    if (!account.startsWith(`user:${source}:`) || !principals.includes(account)) throw foreign(source);
    accounts.set(token, account);
    return rights;
  };

  return {
    isFor,
    as: async (source, access, signal, work) => {
      const own = accessOf(source);
      const credential = credentialOf(access);
      if (!own || !credential) throw new AppError('UNEXPECTED', 'internal', 'a caller without a token');
      let token: Secret | undefined;
      try {
        token = await own.exchange.tokenFor(credential, signal);
        return { value: await work(await rightsOf(source, access, token, signal)) };
      } catch (cause) {
        const error = toAppError(cause);
        if (!OF_THE_TOKEN.has(error.code)) throw error;
        if (token) own.exchange.forget(token);
        onTrouble?.(source, error);
        const isClosed = own.otherwise === 'nobody' || error.code === 'EXCHANGE_INVALID';
        return { reason: reasonOf(error), isClosed };
      }
    },
  };
}

/**
 * Asks as the caller, and where they got no token in the other way, if there is one. Rejects with kind permission where the lists alone
 * are to decide, with kind auth where nobody is.
 */
export function askingAs(
  ownRights: OwnRightsOf,
  source: SourceId,
  access: AccessFilter,
  other: Connector['mayRead'],
): NonNullable<Connector['mayRead']> {
  return async function* ask(accounts, ids, signal) {
    const asked = await ownRights.as(source, access, signal, async (rights) => {
      const verdicts: ReadVerdict[] = [];
      for await (const verdict of rights.mayRead(ids, signal)) verdicts.push(verdict);
      return verdicts;
    });
    if ('value' in asked) yield* asked.value;
    else if (!asked.isClosed && other) yield* other(accounts, ids, signal);
    else {
      const kind = asked.isClosed ? 'auth' : 'permission';
      throw new AppError('EXCHANGE_REFUSED', kind, `${source} was not asked as its person: ${asked.reason}`);
    }
  };
}

function reasonOf({ code, publicMessage }: AppError): string {
  return code.startsWith('SOURCE_') ? 'it did not take your token' : publicMessage;
}

function foreign(source: SourceId): AppError {
  return new AppError('EXCHANGE_INVALID', 'auth', `the token for ${source} speaks of somebody else`, {
    publicMessage: 'the token that the sign-in service gave is not one of your account there',
    details: { reason: 'the token speaks of somebody else' },
  });
}
