import assert from 'node:assert/strict';
import { it } from 'node:test';
import { until } from './index.ts';

it('waits until something is found, over looks that find nothing or fail', async () => {
  const looks: (() => string | false | undefined)[] = [
    () => undefined,
    () => false,
    () => '',
    () => assert.fail('away'),
    () => 'here',
  ];
  assert.equal(await until(() => looks.shift()?.(), { everyMs: 1 }), 'here');
  assert.equal(await until(async () => 0), 0, 'a number is something');
});

it('ends when the time is over, and tells why the last look failed', async () => {
  await assert.rejects(
    until(() => assert.fail('it is away'), { what: 'the server', withinMs: 5, everyMs: 1 }),
    (error: Error) => /the server/u.test(error.message) && /it is away/u.test(String(error.cause)),
  );
});
