import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { quantitiesIn } from './quantities.ts';
import { verify } from './verify.ts';

const judge = (claim: string, text: string, context?: string) =>
  verify(claim, [{ text, ...(context && { context }) }]);
const faultsOf = (claim: string, text: string) => judge(claim, text).faults;

describe('verify', () => {
  const evidence =
    'Backups run every night at 02:30 and are kept for 30 days in Osaka. The retention must not exceed 90 days. Priya Raman may extend it.';

  it('keeps what the evidence says, whole, in part and in other order', () => {
    for (const claim of [
      'Backups run every night at 02:30 and are kept for 30 days in Osaka.',
      'In Osaka backups are kept for 30 days.',
      'Priya Raman may extend it.',
      'The retention must not exceed 90 days.',
    ])
      assert.deepEqual(faultsOf(claim, evidence), [], claim);
  });

  it('names what is wrong with a claim', () => {
    assert.ok(faultsOf('In Osaka backups are kept for 60 days.', evidence).includes('number'));
    assert.ok(faultsOf('In Osaka backups are kept for 30 weeks.', evidence).includes('unit'));
    assert.ok(faultsOf('In Nagoya backups are kept for 30 days.', evidence).includes('name'));
    assert.deepEqual(faultsOf('The retention must exceed 90 days.', evidence), ['negation']);
    assert.deepEqual(faultsOf('Priya Raman must extend it.', evidence), ['modality']);
    assert.ok(faultsOf('The canteen serves curry on Fridays.', evidence).includes('no-evidence'));
  });

  it('refuses a number that the evidence gives to something else', () => {
    assert.deepEqual(
      faultsOf('Backups are kept for 90 days.', 'Backups are kept for 30 days. Logs are kept for 90 days.'),
      ['number'],
    );
  });

  it('takes no piece of a name for the name', () => {
    assert.ok(faultsOf('Write to help@example.', 'Write to help@example.com by Friday.').includes('name'));
    assert.ok(faultsOf('The key is PAY.', 'The key is PAY-123.').includes('name'));
    assert.deepEqual(faultsOf('Write to help@example.com.', 'Write to help@example.com by Friday.'), []);
  });

  it('knows opposites and scope', () => {
    assert.ok(faultsOf('Prices increased in March.', 'Prices decreased in March.').includes('comparison'));
    assert.ok(faultsOf('All servers are patched.', 'Some servers are patched.').includes('scope'));
    assert.ok(faultsOf('The meeting is in June.', 'The meeting is in July.').includes('calendar'));
  });

  it('does so in Japanese', () => {
    const text = '有給休暇は入社から6か月後に10日付与される。申請は総務部に提出しなければならない。';
    assert.deepEqual(faultsOf('有給休暇は入社から6か月後に10日付与される。', text), []);
    assert.ok(faultsOf('有給休暇は入社から6か月後に20日付与される。', text).includes('number'));
    assert.ok(faultsOf('有給休暇は入社から6か月後に10日付与されない。', text).includes('negation'));
    assert.ok(faultsOf('申請は人事部に提出しなければならない。', text).length > 0);
    assert.ok(faultsOf('費用は5万円以下とする。', '費用は5万円以上とする。').includes('comparison'));
  });

  it('finds nothing to hold a claim in nothing', () => {
    assert.equal(verify('Anything.', []).isSupported, false);
    assert.equal(judge('', 'Some text.').isSupported, false);
  });
});

describe('quantities', () => {
  it('reads numbers however they are written', () => {
    const values = (text: string) => quantitiesIn(text).map(({ value, unit }) => [value, unit]);
    assert.deepEqual(values('1,200 users and 3.5 GB'), [
      [1_200, 'users'],
      [3.5, 'gb'],
    ]);
    assert.deepEqual(values('$5 million'), [[5_000_000, '$']]);
    assert.deepEqual(values('twenty-five days'), [[25, 'd']]);
    assert.deepEqual(values('１２万円'), [[120_000, '円']]);
    assert.deepEqual(values('三百人'), [[300, '人']]);
  });
});
