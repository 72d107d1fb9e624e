import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answerKeys, openAnswer, sealAnswer } from './sealed-answer.ts';

describe('an answer between hosts', () => {
  const asker = answerKeys();
  const sealed = sealAnswer([{ query: 'otter' }], asker.publicKey, 'id/place/0');

  it('[audit.subject] is read by who asked alone, where it was put, and unaltered', () => {
    assert.deepEqual(openAnswer(sealed, asker.privateKey, 'id/place/0'), [{ query: 'otter' }]);
    assert.ok(!Buffer.from(sealed, 'base64url').toString().includes('otter') && !sealed.includes('otter'));
    assert.throws(() => openAnswer(sealed, answerKeys().privateKey, 'id/place/0'));
    assert.throws(() => openAnswer(sealed, asker.privateKey, 'id/place/1'));
    const at = sealed.lastIndexOf('.') + 1;
    const altered = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`;
    assert.throws(() => openAnswer(altered, asker.privateKey, 'id/place/0'));
    assert.throws(() => openAnswer('', asker.privateKey, 'id/place/0'));
  });

  it('is sealed anew each time', () => {
    assert.notEqual(sealAnswer([{ query: 'otter' }], asker.publicKey, 'id/place/0'), sealed);
  });
});
