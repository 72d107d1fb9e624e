import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { postgresMissing, until } from '@fumikura/testkit';
import type { Principal } from '@fumikura/model';
import { createPeopleStore } from '@fumikura/store-people';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { balancerMissing } from '../scale/balancer.ts';
import { startCluster } from '../scale/cluster.ts';
import type { Cluster } from '../scale/cluster.ts';
import { handleOf } from '../scale/company.ts';
import { createSession, SessionError } from '../scale/mcp-session.ts';
import { PROGRAM } from './fumi.ts';

const company = { teams: 2, people: 4, documentsATeam: 3 };
const SCIM_TOKEN = 'a-scim-token-of-the-test';
const WIKI = 'test:wiki';

describe(
  'what the servers of an installation agree on',
  { skip: postgresMissing() ?? balancerMissing() ?? false, timeout: 240_000, concurrency: 1 },
  () => {
    let cluster: Cluster;
    let issuer: string;
    let keys: Awaited<ReturnType<typeof generateKeyPair>>;
    const issuing = createServer((_request, response) => {
      void exportJWK(keys.publicKey).then((jwk) =>
        response
          .setHeader('content-type', 'application/json')
          .end(JSON.stringify({ keys: [{ ...jwk, kid: 'one', use: 'sig' }] })),
      );
    });
    before(async () => {
      keys = await generateKeyPair('ES256');
      await new Promise<void>((resolve) => issuing.listen(0, '127.0.0.1', resolve));
      issuer = `http://127.0.0.1:${(issuing.address() as AddressInfo).port}`;
      cluster = await startCluster({
        company,
        servers: 2,
        workers: 1,
        signIn: `issuers: [{ issuer: '${issuer}', jwksUri: '${issuer}/keys' }]`,
        more: `scim: { token: { env: SCIM_TOKEN } }\nsearch: { deadlineMs: 30000 }`,
        environment: { SCIM_TOKEN },
      });
      await cluster.settled((company.teams + 1) * company.documentsATeam);
    });
    after(async () => {
      issuing.close();
      await cluster?.stop();
    });

    /** Ids that a server shows; the status where nobody is let in. */
    const found = async (server: number, token: string, query: string) => {
      const session = createSession(`${cluster.urls[server]}/mcp`, token, 60_000);
      try {
        await session.begin();
        const { isError, structuredContent } = await session.call('search_knowledge', { query });
        return isError ? 'refused' : (structuredContent?.results ?? []).map(({ id }) => id);
      } catch (error) {
        if (error instanceof SessionError && error.status !== undefined) return error.status;
        throw error;
      } finally {
        session.close();
      }
    };
    const everywhere = (what: string, isSo: (server: number) => Promise<boolean>) =>
      Promise.all([0, 1].map((server) => until(() => isSo(server), { what })));
    const scim = async (server: number, method: string, path: string, body?: object) => {
      const headers = { authorization: `Bearer ${SCIM_TOKEN}`, 'content-type': 'application/scim+json' };
      const url = `${cluster.urls[server]}/scim/v2/${path}`;
      const answer = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) });
      const text = await answer.text();
      return {
        status: answer.status,
        body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
      };
    };
    const fumi = async (...args: readonly string[]) => {
      const child = spawn(process.execPath, [PROGRAM, '--config', cluster.config, ...args], {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, CI: 'true', SCIM_TOKEN },
      });
      assert.deepEqual(await once(child, 'exit'), [0, null]);
    };

    it('[people.nodes] who joins at one server is known at the other, and a leaver is nobody at either', async () => {
      const { body, status } = await scim(0, 'POST', 'Users', { userName: 'eve' });
      assert.equal(status, 201);
      const token = await cluster.token('eve');
      const shared = ['files:everybody/d0.md'];
      const query = handleOf(-1, 0);
      await everywhere(
        'joined',
        async (server) => String(await found(server, token, query)) === String(shared),
      );
      assert.equal(
        (await scim(1, 'GET', `Users/${String(body['id'])}`)).status,
        200,
        'and told by the other',
      );
      assert.equal((await scim(1, 'DELETE', `Users/${String(body['id'])}`)).status, 204);
      await everywhere('left', async (server) => (await found(server, token, query)) === 401);
    });

    it('[people.nodes] who changes people at two servers at once loses nothing', async () => {
      const names = Array.from({ length: 12 }, (_, at) => `twin${at}`);
      const made = await Promise.all(
        names.map((userName, at) => scim(at % 2, 'POST', 'Users', { userName })),
      );
      assert.deepEqual([...new Set(made.map(({ status }) => status))], [201]);
      const same = await Promise.all(
        [0, 1].map((server) => scim(server, 'POST', 'Users', { userName: 'one' })),
      );
      assert.deepEqual(same.map(({ status }) => status).sort(), [201, 409]);
      for (const server of [0, 1])
        assert.equal((await scim(server, 'GET', 'Users?count=0')).body['totalResults'], names.length + 1);
    });

    it('[people.nodes] an account that is linked or unlinked counts at every server', async () => {
      const account: Principal = `user:${WIKI}:7`;
      const plan = 'files:team1/d0.md';
      const { catalog } = cluster;
      await catalog.stageDirectory(WIKI, 'r', {
        accounts: [{ principal: account, isActive: true, isPerson: true }],
        groups: [],
      });
      await catalog.completeDirectory(WIKI, 'r');
      const acl = (await catalog.known([plan])).get(plan)?.acl;
      const lists = await catalog.lists(acl?.allow ?? []);
      await catalog.putLists(lists.map((list) => ({ ...list, members: [...list.members, account] })));
      const people = createPeopleStore(catalog.state);
      const token = await cluster.token('p0');
      const sees = async (server: number) => {
        const ids = await found(server, token, handleOf(1, 0));
        return Array.isArray(ids) && ids.includes(plan);
      };
      assert.deepEqual([await sees(0), await sees(1)], [false, false]);
      await people.change((edit) => edit.decideLink({ account, person: 'p0', by: 'chief' }));
      await everywhere('linked', sees);
      await people.change((edit) => edit.decideLink({ account, by: 'chief' }));
      await everywhere('unlinked', async (server) => !(await sees(server)));
    });

    it('[people.nodes] a role that is taken and given by the command counts at every server', async () => {
      const token = await cluster.token('p1');
      const reads = async (server: number) => Array.isArray(await found(server, token, handleOf(-1, 0)));
      await everywhere('before', reads);
      await fumi('role', 'revoke', 'p1', 'reader');
      await everywhere('taken', async (server) => !(await reads(server)));
      await fumi('role', 'grant', 'p1', 'reader');
      await everywhere('given', reads);
    });

    it('[auth.dpop] a proof that one server took is refused by the other', async () => {
      const own = await generateKeyPair('ES256');
      const jwk = await exportJWK(own.publicKey);
      const resource = `${cluster.url}/mcp`;
      const seconds = Math.floor(Date.now() / 1_000);
      const token = await new SignJWT({
        ...{ iss: issuer, aud: resource, sub: 'alice', scope: 'knowledge:read', exp: seconds + 600 },
        cnf: { jkt: await calculateJwkThumbprint(jwk) },
      })
        .setProtectedHeader({ alg: 'ES256', kid: 'one', typ: 'at+jwt' })
        .sign(keys.privateKey);
      const ath = createHash('sha256').update(token).digest('base64url');
      const proof = () =>
        new SignJWT({ htm: 'POST', htu: resource, iat: seconds, jti: randomUUID(), ath })
          .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
          .sign(own.privateKey);
      const status = async (server: number, dpop: string) => {
        const headers = { authorization: `DPoP ${token}`, dpop, 'content-type': 'application/json' };
        const url = `${cluster.urls[server]}/mcp`;
        return (await fetch(url, { method: 'POST', headers, body: '{}' })).status;
      };
      const [first, second, third] = await Promise.all([proof(), proof(), proof()]);
      assert.notEqual(await status(0, first), 401);
      assert.equal(await status(1, first), 401, 'used at the other');
      assert.notEqual(await status(1, second), 401);
      assert.equal(await status(0, second), 401, 'used at the other');
      const both = await Promise.all([status(0, third), status(1, third)]);
      assert.equal(both.filter((each) => each === 401).length, 1, 'one of two at the same time');
    });
  },
);
