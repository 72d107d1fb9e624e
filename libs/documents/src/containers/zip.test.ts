import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zipSync } from 'fflate';
import { zipOf } from './zip-fixture.ts';
import { unzip } from './zip.ts';

const LIMITS = { maxExpandedBytes: 64 * 1_024 * 1_024 };

test('gives the wanted entries by name', async () => {
  const zip = zipOf({ 'a.xml': 'one', 'b.png': 'two', 'c/d.xml': '三' });
  const parts = await unzip(zip, LIMITS, (name) => name.endsWith('.xml'));
  assert.deepEqual(
    [...parts].map(([name, bytes]) => [name, bytes.toString()]),
    [
      ['a.xml', 'one'],
      ['c/d.xml', '三'],
    ],
  );
});

test('[content.limits] an entry that packs a thousandfold is a bomb, wanted or not, and is not unpacked', async () => {
  const bomb = zipOf({ 'a.xml': 'x', 'media/bomb.bin': new Uint8Array(32 * 1_024 * 1_024) });
  await assert.rejects(
    unzip(bomb, LIMITS, (name) => name === 'a.xml'),
    { code: 'CONTENT_TOO_LARGE' },
  );
});

test('entries that together unpack to more than allowed are refused', async () => {
  const noise = (seed: number) =>
    Uint8Array.from({ length: 40_000 }, (_, index) => (index * index * seed) % 251);
  const many = zipOf({ a: noise(3), b: noise(5), c: noise(7) });
  await assert.rejects(unzip(many, { maxExpandedBytes: 100_000 }), { code: 'CONTENT_TOO_LARGE' });
  assert.equal((await unzip(many, { maxExpandedBytes: 120_000 })).size, 3);
});

test('a directory that lies about a size ends the reading there', async () => {
  const bytes = Buffer.from(zipOf({ 'a.xml': 'x'.repeat(100_000) }));
  const directory = bytes.indexOf('PK\u0001\u0002', 0, 'latin1');
  bytes.writeUInt32LE(10, directory + 24);
  await assert.rejects(unzip(bytes, LIMITS), { code: 'CONTENT_DAMAGED' });
});

test('too many entries are refused before they are looked at', async () => {
  const many = Object.fromEntries(
    Array.from({ length: 20_001 }, (_, index) => [`${index}`, new Uint8Array()]),
  );
  await assert.rejects(unzip(zipSync(many, { level: 0 }), LIMITS), { code: 'CONTENT_TOO_LARGE' });
});

test('names that climb out, or are nested without end, are refused', async () => {
  await assert.rejects(unzip(zipOf({ '../../etc/passwd': 'x' }), LIMITS), { code: 'CONTENT_DAMAGED' });
  await assert.rejects(unzip(zipOf({ [`${'a/'.repeat(40)}b`]: 'x' }), LIMITS), { code: 'CONTENT_TOO_LARGE' });
});

test('changed content is noticed by its checksum', async () => {
  const bytes = Buffer.from(zipSync({ 'a.xml': Buffer.from('reliable text') }, { level: 0 }));
  bytes.write('X', bytes.indexOf('reliable'));
  await assert.rejects(unzip(bytes, LIMITS), { code: 'CONTENT_DAMAGED', message: /checksum of a\.xml/ });
});

test('a cut file is damaged; bytes added behind its end do no harm', async () => {
  const bytes = zipOf({ 'a.xml': 'text '.repeat(1_000) });
  for (const length of [0, 1, 30, bytes.length - 1])
    await assert.rejects(unzip(bytes.subarray(0, length), LIMITS), { code: 'CONTENT_DAMAGED' });
  assert.equal((await unzip(Buffer.concat([bytes, Buffer.from('\r\n\0\0')]), LIMITS)).size, 1);
});
