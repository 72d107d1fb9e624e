import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Config } from '@fumikura/config';
import type { Logger } from '@fumikura/logging';
import { tellOpenKey } from './open-key.ts';

function told(url: string, hasKey = true): unknown[] {
  const warnings: unknown[] = [];
  const logger = { warn: (...said: unknown[]) => warnings.push(said) } as unknown as Logger;
  const index = { url, ...(hasKey && { apiKey: { env: 'QDRANT_KEY' } }) };
  tellOpenKey({ index } as unknown as Config['stores'], logger);
  return warnings;
}

describe('a key of the index', () => {
  it('is told of when it leaves this host unencrypted, without saying it', () => {
    assert.deepEqual(told('http://qdrant.example:6333'), [
      ['store.index.key-unencrypted', { host: 'qdrant.example', remedy: 'use https in stores.index.url' }],
    ]);
  });

  it('is no word worth where it is encrypted, stays on this host, or is not there', () => {
    for (const url of [
      'https://qdrant.example',
      'http://127.0.0.1:6333',
      'http://localhost',
      'http://[::1]:1',
    ])
      assert.deepEqual(told(url), [], url);
    assert.deepEqual(told('http://qdrant.example:6333', false), []);
  });
});
