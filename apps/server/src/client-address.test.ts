import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addressesBehind } from './client-address.ts';

const behind = addressesBehind(['10.0.0.0/8', '::1', 'fd00::/8']);
const CASES: readonly (readonly [
  what: string,
  peer: string,
  forwarded: string | undefined,
  address: string,
])[] = [
  ['takes the peer when nothing is said', '10.0.0.1', undefined, '10.0.0.1'],
  ['believes a proxy that is named', '10.0.0.1', '198.51.100.7', '198.51.100.7'],
  ['does not believe anybody else', '198.51.100.7', '127.0.0.1', '198.51.100.7'],
  [
    'takes the last that no proxy of ours wrote',
    '10.0.0.1',
    '1.1.1.1, 198.51.100.7, 10.2.3.4',
    '198.51.100.7',
  ],
  ['does not believe what somebody wrote in front', '10.0.0.1', '127.0.0.1, 203.0.113.5', '203.0.113.5'],
  ['stops at what is no address', '10.0.0.1', '198.51.100.7, unknown', '10.0.0.1'],
  ['stops at a port', '10.0.0.1', '198.51.100.7:4711', '10.0.0.1'],
  ['knows version 4 in version 6', '::ffff:10.0.0.1', '::ffff:198.51.100.7', '198.51.100.7'],
  ['knows networks of version 6', 'fd12::9', '2001:db8::1', '2001:db8::1'],
  ['takes the outermost proxy when all are ours', '::1', '10.1.1.1, 10.2.2.2', '10.1.1.1'],
];

describe('the address that asks', () => {
  for (const [what, peer, forwarded, address] of CASES)
    it(`[attack.limits] ${what}`, () => assert.equal(behind(peer, forwarded), address));

  it('[attack.limits] believes nobody by default', () =>
    assert.equal(addressesBehind([])('127.0.0.1', '198.51.100.7'), '127.0.0.1'));

  for (const proxy of ['proxy.example', '10.0.0.0/33', '10.0.0.0/x', '10.0.0.0/', '', '::/129'])
    it(`[attack.limits] refuses "${proxy}" as a proxy`, () =>
      assert.throws(() => addressesBehind([proxy]), { code: 'CONFIG_INVALID' }));
});
