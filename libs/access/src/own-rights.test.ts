import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Secret } from '@fumikura/config';
import { AppError } from '@fumikura/errors';
import type { TokenExchange } from '@fumikura/exchange';
import type { DocumentId, Principal, SourceId } from '@fumikura/model';
import type { Connector, OwnRights } from '@fumikura/ports';
import { testAccess } from '@fumikura/testkit';
import { withCredential } from './credential.ts';
import { askingAs, createOwnRights } from './index.ts';

const WIKI: SourceId = 'confluence:acme';
const ISSUER = 'https://id.example';
const ADA: Principal = `user:${WIKI}:ada`;
const [FIRST, SECOND]: [DocumentId, DocumentId] = [`${WIKI}/page/1`, `${WIKI}/page/2`];
const ids = [FIRST, SECOND];
const never = new AbortController().signal;

const signedIn = (principals: readonly Principal[] = [ADA], issuer = ISSUER) =>
  withCredential(testAccess([1], [...principals]), {
    issuer,
    subject: 'ada',
    token: new Secret('came with'),
    expiresAt: 2_000_000_000,
  });

/** A source that gives everybody the first page, and an issuer that gives one token, or fails. */
function setting({
  account = ADA as string,
  failure,
  otherwise = 'index' as 'index' | 'nobody',
  takes = true,
}: {
  readonly account?: string;
  readonly failure?: AppError;
  readonly otherwise?: 'index' | 'nobody';
  readonly takes?: boolean;
} = {}) {
  const token = new Secret('for the wiki');
  const seen = { accounts: 0, asked: 0, forgotten: 0, troubles: [] as string[] };
  const exchange: TokenExchange = {
    issuer: ISSUER,
    tokenFor: async () => {
      if (failure) throw failure;
      return token;
    },
    forget: (forgotten) => void (seen.forgotten += Number(forgotten === token)),
    clear: () => undefined,
  };
  const rights: OwnRights = {
    account: async () => {
      seen.accounts++;
      return account as Principal;
    },
    search: async () => ({ hits: [] }),
    mayRead: async function* (wanted) {
      seen.asked++;
      if (!takes) throw new AppError('SOURCE_UNAUTHORISED', 'auth', '401');
      for (const id of wanted) yield { id, mayRead: id === FIRST };
    },
  };
  const connector = { id: WIKI, asPerson: () => rights } as unknown as Connector;
  const own = createOwnRights({
    accessOf: (source) => (source === WIKI ? { exchange, otherwise } : undefined),
    connectorOf: () => connector,
    onTrouble: (_source, { code }) => void seen.troubles.push(code),
  });
  return { own, seen };
}

const verdictsOf = async (
  own: ReturnType<typeof setting>['own'],
  access: ReturnType<typeof signedIn>,
  other?: Connector['mayRead'],
) => {
  const told: Record<string, boolean> = {};
  for await (const { id, mayRead } of askingAs(own, WIKI, access, other)([ADA], ids, never))
    told[id] = mayRead;
  return told;
};
const others: Connector['mayRead'] = async function* (_accounts, wanted) {
  for (const id of wanted) yield { id, mayRead: true };
};
const refused = new AppError('EXCHANGE_REFUSED', 'permission', 'no consent');
const away = new AppError('EXCHANGE_UNAVAILABLE', 'transient', 'away');

describe('asking a source as a person', () => {
  it('[exchange.own] is for who came with a token of its issuer', () => {
    const { own } = setting();
    assert.equal(own.isFor(WIKI, signedIn()), true);
    assert.equal(own.isFor(WIKI, signedIn([ADA], 'https://other.example')), false);
    assert.equal(own.isFor(WIKI, testAccess([1], [ADA])), false);
    assert.equal(own.isFor('jira:acme', signedIn()), false);
  });

  it('[exchange.late] believes what the source says to them, and asks whose the token is once', async () => {
    const { own, seen } = setting();
    for (const _ of [1, 2])
      assert.deepEqual(await verdictsOf(own, signedIn()), { [FIRST]: true, [SECOND]: false });
    assert.deepEqual([seen.accounts, seen.asked], [1, 2]);
  });

  for (const [whose, account, principals] of [
    ['somebody else', `user:${WIKI}:bob`, [ADA]],
    ['an account of another source', 'user:jira:acme:ada', [ADA, 'user:jira:acme:ada']],
    ['a group of theirs', `group:${WIKI}:staff`, [ADA, `group:${WIKI}:staff`]],
    ['nobody', `user:${WIKI}:`, [ADA]],
    ['an account, of somebody without one', ADA, []],
  ] as const)
    it(`[attack.exchange] S asks nothing with a token of ${whose}`, async () => {
      const { own, seen } = setting({ account });
      const access = signedIn(principals as readonly Principal[]);
      await assert.rejects(verdictsOf(own, access, others), { code: 'EXCHANGE_REFUSED', kind: 'auth' });
      assert.deepEqual([seen.asked, seen.forgotten, seen.troubles], [0, 1, ['EXCHANGE_INVALID']]);
    });

  it('[exchange.refused] asks in the other way where there is one, or leaves it to the lists', async () => {
    for (const failure of [refused, away]) {
      const { own } = setting({ failure });
      assert.deepEqual(await verdictsOf(own, signedIn(), others), { [FIRST]: true, [SECOND]: true });
      await assert.rejects(verdictsOf(own, signedIn()), { code: 'EXCHANGE_REFUSED', kind: 'permission' });
    }
  });

  it('[exchange.refused] shows nobody anything where it is configured so', async () => {
    for (const failure of [refused, away]) {
      const { own } = setting({ failure, otherwise: 'nobody' });
      await assert.rejects(verdictsOf(own, signedIn(), others), { code: 'EXCHANGE_REFUSED', kind: 'auth' });
    }
  });

  it('[exchange.refused] gives up a token that the source does not take', async () => {
    const { own, seen } = setting({ takes: false });
    await assert.rejects(verdictsOf(own, signedIn()), { kind: 'permission' });
    assert.equal(seen.forgotten, 1);
  });
});
