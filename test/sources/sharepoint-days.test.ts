import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, it } from 'node:test';
import { Secret } from '@fumikura/config';
import { createSharepointConnector, sharepointConfigSchema } from '@fumikura/connector-sharepoint';
import { silentLogger } from '@fumikura/logging';
import type { DocumentId } from '@fumikura/model';
import type { GraphOptions } from '../simulators/graph/server.ts';
import { randomWorld } from '../simulators/graph/random-world.ts';
import type { GraphWorld } from '../simulators/graph/world.ts';
import { quickClock } from './clocks.ts';
import { agrees } from './follows-edits.ts';
import { openSyncedWorld } from './leaks.ts';
import type { SyncedWorld } from './leaks.ts';
import { serveWorld } from './sharepoint-world.ts';
import type { SourceWorld } from './source-world.ts';

const signal = new AbortController().signal;
const DAY_MS = 86_400_000;

describe('SharePoint on its bad days', () => {
  let tenant: GraphWorld;
  let world: SourceWorld;
  let synced: SyncedWorld;
  const open = async (seed: number, options: GraphOptions = {}, size = 16) => {
    tenant = randomWorld(seed, size);
    world = await serveWorld(tenant, options);
    synced = await openSyncedWorld(world);
  };
  afterEach(async () => {
    await synced.close();
    await world.close();
  });
  const asked = (part: RegExp) =>
    world.simulator.requests.filter(({ method, path }) => part.test(`${method} ${path}`)).length;

  it('asks again for the parts of a batch that were told to wait, each for as long as it was told', async () => {
    let refused = 0;
    await open(2, {
      partFault: (path) =>
        path.endsWith('/permissions') && refused++ < 5
          ? { status: 429, headers: { 'retry-after': '2' }, body: { error: { code: 'TooManyRequests' } } }
          : undefined,
    });
    await synced.sync();
    assert.ok(refused > 5, 'they were asked for again');
    await agrees(synced, 'afterwards');
  });

  it('closes items whose permissions it may not read, and no others', async () => {
    let isRefused = false;
    let refused = 0;
    const partFault = (path: string) => {
      const isOne = path.endsWith('/permissions') && isRefused && refused === 0;
      if (!isOne) return undefined;
      refused++;
      return { status: 403, body: { error: { code: 'accessDenied', message: 'no' } } };
    };
    await open(1, { partFault }, 80);
    await synced.sync();
    const before = (await synced.compare()).open;
    isRefused = true;
    await synced.sync({ passes: ['access'] });
    const { leaks, open: opened } = await synced.compare();
    assert.deepEqual([leaks, refused], [[], 1]);
    assert.ok(opened > 0 && opened <= before, `${opened} of ${before}`);
  });

  it('goes on from the address that comes with the end of a delta', async () => {
    await open(4);
    await synced.sync();
    const { path = '' } = world.simulator.requests.find((each) => each.path.endsWith('/delta')) ?? {};
    world.simulator.forgetRequests();
    world.simulator.respondNext(
      {
        status: 410,
        headers: { location: `${world.simulator.url}${path}?marked=1` },
        body: { error: { code: 'resyncChangesUploadDifferences', message: 'resync' } },
      },
      ({ url }) => url.pathname === path,
    );
    await synced.sync();
    assert.equal(world.simulator.requests.filter(({ query }) => query.includes('marked=1')).length, 1);
    await agrees(synced, 'afterwards');
  });

  it('reads single items again by their ids, and tells which are gone', async () => {
    await open(5);
    await synced.sync();
    const [item] = world.items().filter((id) => id.includes('/drive/'));
    assert.ok(item);
    const gone: DocumentId = `${item.slice(0, item.lastIndexOf('/'))}/never-was`;
    const told = [];
    for await (const changes of world.connector().refresh?.([item, gone], signal) ?? [])
      told.push(...changes);
    assert.ok(told.some((change) => change.kind === 'upsert' && change.document.id === item));
    assert.ok(told.some((change) => change.kind === 'remove' && change.id === gone));
    await assert.rejects(async () => {
      for await (const _ of world.connector().refresh?.(['wiki:w/1'], signal) ?? []) continue;
    });
  });

  it('signs in with a certificate', async () => {
    await open(6);
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const config = sharepointConfigSchema.parse({
      id: 'sharepoint:contoso',
      tenant: 'contoso.example',
      clientId: '00000000-0000-4000-8000-00000000c11e',
      credential: {
        certificate: CERTIFICATE,
        privateKey: new Secret(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
      },
      graphUrl: `${world.simulator.url}/`,
      loginUrl: `${world.simulator.url}/`,
    });
    const connector = createSharepointConnector(config, { logger: silentLogger, clock: quickClock() });
    assert.ok((await connector.check(signal)).account);
  });

  it('subscribes to each library once, and again only when a third of the time is left', async () => {
    await open(7);
    await synced.sync({ passes: ['content'] });
    const libraries = [...tenant.sites.values()].reduce((sum, { drives }) => sum + drives.size, 0);
    assert.equal(asked(/POST .*\/subscriptions$/u), libraries);
    await synced.sync({ passes: ['content'] });
    assert.equal(asked(/POST .*\/subscriptions$/u), libraries);
    assert.equal(asked(/PATCH .*\/subscriptions\//u), 0);
    const late = createSharepointConnector(
      sharepointConfigSchema.parse({
        id: 'sharepoint:contoso',
        tenant: 'contoso.example',
        clientId: '00000000-0000-4000-8000-00000000c11e',
        credential: { secret: new Secret('simulated') },
        graphUrl: `${world.simulator.url}/`,
        loginUrl: `${world.simulator.url}/`,
        webhook: { url: 'https://fumi.example/hooks/sharepoint', clientState: new Secret('state') },
      }),
      { logger: silentLogger, clock: { ...quickClock(), now: () => Date.now() + 20 * DAY_MS } },
    );
    for await (const _ of late.pull(undefined, signal)) continue;
    assert.equal(asked(/PATCH .*\/subscriptions\//u), libraries);
  });
});

/** Self-signed and for nobody: only its thumbprint is told. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIDATCCAemgAwIBAgIUQ4DocVBY0DtwGZKKVRvxT1fkf70wDQYJKoZIhvcNAQEL
BQAwDzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjExNjA4MTVaGA8yMTI2MTAyODE2
MDgxNVowDzENMAsGA1UEAwwEdGVzdDCCASIwDQYJKoZIhvcNAQEBBQADggEPADCC
AQoCggEBAJbCEjG8bSANqD63uwiW5ph8elajC/8iRghy3SmmpMld5eLKBBvcsCd7
tiR/6QqHjmHh1ewDxdO+huy8X7DT9qrII4QO/pIRbs6uBwW3x7PvLi5u5BJDc/1y
GEtN3q2qf/cLLj+dPM08+Ja1XzPwnHtWhzPmh3+meInKy6JqfZwcF91INBR5VZzw
Y+3fUrnCq3f6GeVvwFqq5uu/QRCV7n6ziGvRho+Uo7ltQKrjzzfGb3TXr7FrtAOt
iH8YNcAg5n8SSoFXcTkuBT/3g6eu+/MU2MugSqfSroxf+XjxGTozfJGJe+vIIZjR
IDDqJszehBcYfHXUCdVD8cLDY1z8X88CAwEAAaNTMFEwHQYDVR0OBBYEFNQWWeE4
gDp+dcOOhQHbyX013bYgMB8GA1UdIwQYMBaAFNQWWeE4gDp+dcOOhQHbyX013bYg
MA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZIhvcNAQELBQADggEBABaHpuEw4YT+K4xd
xdMGNm17yHAoFo053mQwk9XLiuWa8qObojc3E7wDW2JbY1uSB2+q/MGAsV9avrvl
f9C2ylOvyrplBOISC36l/Bc1632xrw5Br5hMHK7DR3U0vof0T08DyqAwWJKoBbuC
XGrQcx28yhTJQ23Ba4Jibj+TyWKrdazaYz/kaDJY1gU/JdntJbXKAEifsYUVS2j2
xBg3gfW4/5LU+9dd5c/xGaWhBHWSKpXMMbZ2lcuPCt7/Z8IW9KS5lnlEr8ExbSTw
vbIHVQX5LtKh45XmoNu41YYqOMSSttiQ3K8IVGKF78rjgsYesi+jwh9tprGlM6XM
61+bMvA=
-----END CERTIFICATE-----
`;
