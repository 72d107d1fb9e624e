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

  it('lets through what says the same in other words, numbers, units and dates', () => {
    for (const [claim, text] of [
      ['Log files are removed after 14 days.', 'Log files are deleted after two weeks.'],
      ['Staff must submit expenses within 1.5 hours.', 'Employees must submit expenses within 90 minutes.'],
      ['Ana Duarte is in charge of the Heron system.', 'Ana Duarte is responsible for the Heron system.'],
      ['The Heron system is run by Ana Duarte.', 'Ana Duarte runs the Heron system.'],
      ['The licence costs 1200 EUR.', 'The licence costs 1,200 EUR.'],
      ['The contract ends on 1 March 2026.', 'The contract ends on 2026-03-01.'],
      ['The contract ends in March 2026.', 'The contract ends on March 1, 2026.'],
      ['The office opens at 14:30.', 'The office opens at 2:30 p.m.'],
      ['At most 5 people may enter.', 'No more than five people may enter.'],
      ['社員は2026年3月1日までに申請する必要がある。', '従業員は令和8年3月1日までに申請しなければならない。'],
      ['費用は5000円である。', '費用は5千円です。'],
      ['費用は25万4,000円である。', '費用は25万4千円である。'],
      ['受付は午後2時30分に始まる。', '受付は14時30分に始まる。'],
      ['三人が参加する。', '3人が参加します。'],
    ] as const)
      assert.deepEqual(faultsOf(claim, text), [], claim);
  });

  it('refuses what only looks like it', () => {
    for (const [claim, text, fault] of [
      ['Log files are removed after 15 days.', 'Log files are deleted after two weeks.', 'number'],
      ['The contract ends on 2 March 2026.', 'The contract ends on 2026-03-01.', 'number'],
      ['The contract ends on 1 April 2026.', 'The contract ends on 2026-03-01.', 'calendar'],
      ['The contract ends on 1 March 2026.', 'The contract ends in March 2026.', 'number'],
      ['The office opens at 2:30 a.m.', 'The office opens at 2:30 p.m.', 'number'],
      ['申請する必要はない。', '申請しなければならない。', 'negation'],
      ['費用は5万円である。', '費用は5千円である。', 'number'],
      ['Fees are paid every month.', 'Fees are paid every year.', 'wording'],
      ['The Heron system runs Ana Duarte.', 'Ana Duarte runs the Heron system.', 'roles'],
      ['Ana Duarte is run by Heron.', 'Ana Duarte runs Heron.', 'roles'],
      ['The train goes from Osaka to Kyoto.', 'The train goes from Kyoto to Osaka.', 'roles'],
      ['データはサーバからクライアントへ送られる。', 'データはクライアントからサーバへ送られる。', 'roles'],
    ] as const)
      assert.ok(faultsOf(claim, text).includes(fault), `${claim}: ${faultsOf(claim, text).join()}`);
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
