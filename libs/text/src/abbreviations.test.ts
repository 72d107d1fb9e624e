import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { abbreviationsOf } from './index.ts';

const told = (text: string) => abbreviationsOf(text).map(({ short, long }) => `${short}=${long}`);

describe('abbreviations', () => {
  it('are learned where a text explains them', () => {
    assert.deepEqual(
      told('Our Service Level Agreements (SLAs) say, and the Service Level Agreement (SLA) too.'),
      ['SLA=service level agreements', 'SLA=service level agreement'],
    );
    assert.deepEqual(told('a Terms of Service (TOS) page; Research and Development (RD)'), [
      'TOS=terms of service',
      'RD=research and development',
    ]);
  });

  it('are not guessed where the letters do not fit', () => {
    assert.deepEqual(told('see the handbook (SLA), the agreement (AB) (XYZ) ()'), []);
  });

  it('are found in linear time in a hostile text', () => {
    const { user } = process.cpuUsage();
    abbreviationsOf('(AA)'.repeat(200_000));
    abbreviationsOf('a '.repeat(400_000) + '(AA)');
    // Of its own work, however much else the machine has to do; what grows with the square takes minutes.
    assert.ok(process.cpuUsage().user - user < 10_000_000);
  });
});
