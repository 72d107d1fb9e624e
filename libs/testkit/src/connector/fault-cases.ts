import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { AppError } from '@fumikura/errors';
import type { ErrorKind } from '@fumikura/errors';
import type { ConnectorCases } from './content-cases.ts';
import { fill, listed, pull } from './reading.ts';
import type { ConnectorCase, Fault } from './source-under-test.ts';

/** More than a client asks again for one request. */
const PERSISTENT = 50;

const LOGIN_PAGE = '<!doctype html><title>Sign in</title>';

/** What a connector makes of a source that answers with something else than items. */
export const faultCases = {
  'error-is-not-emptiness': async ({ connector, source }) => {
    await fill(source, 3);
    if (!source.breakListing) throw new Error('this listing cannot be broken: skip the case');
    const mend = await source.breakListing();
    await assert.rejects(listed(connector));
    await mend();
    assert.equal((await listed(connector)).size, 3);
  },

  'http-401': (each) => refuses(each, { status: 401 }, 'auth'),
  'http-403': (each) => refuses(each, { status: 403 }, 'permission'),
  'http-404': (each) => refuses(each, { status: 404 }, 'not-found'),
  'http-429-with-delay': (each) => goesOn(each, { status: 429, headers: { 'retry-after': '1' } }),
  'http-429-without-delay': (each) => goesOn(each, { status: 429 }),
  'http-500': (each) => goesOn(each, { status: 500 }),
  'http-500-persistent': (each) => refuses(each, { status: 500 }, 'transient'),
  'cut-connection': (each) => goesOn(each, { status: 200, cutAfterBytes: 20 }),
  'html-instead-of-json': (each) =>
    refuses(each, { status: 200, headers: { 'content-type': 'text/html' }, body: LOGIN_PAGE }, 'transient'),

  'no-secret-in-errors-or-logs': async (each) => {
    const { connector, source, secrets = [], logged = () => [] } = each;
    assert.ok(secrets.length > 0, 'a connector without credentials skips this case');
    await fill(source, 1);
    const said: string[] = [];
    for (const status of [401, 403, 404, 500]) {
      respond(each, { status, body: JSON.stringify({ message: 'refused' }) }, PERSISTENT);
      await pull(connector).catch((error: unknown) => said.push(inspect(error, { depth: 9 }), String(error)));
      respond(each, { status: 200 }, 0);
    }
    assert.ok(said.length > 0);
    const everything = [...said, ...logged()].join('\n');
    for (const secret of secrets) assert.ok(!everything.includes(secret), 'a secret is written down');
  },
} satisfies ConnectorCases;

/** Persistently: the run ends with a kind that says what to do, and never as if there were nothing. */
async function refuses(each: ConnectorCase, fault: Fault, kind: ErrorKind): Promise<void> {
  await fill(each.source, 3);
  respond(each, fault, PERSISTENT);
  await assert.rejects(pull(each.connector), (error: unknown) => {
    assert.ok(error instanceof AppError, inspect(error));
    assert.equal(error.kind, kind);
    return true;
  });
}

/** Once: the run waits, asks again and misses nothing. */
async function goesOn(each: ConnectorCase, fault: Fault): Promise<void> {
  await fill(each.source, 3);
  respond(each, fault, 1);
  const { documents } = await pull(each.connector);
  assert.deepEqual(
    [...documents.keys()].sort(),
    [0, 1, 2].map((index) => each.idOf(`item${index}`)),
  );
}

function respond({ source }: ConnectorCase, fault: Fault, times: number): void {
  if (!source.respondNext) throw new Error('this source answers no requests: skip the case');
  source.respondNext(fault, times);
}
