import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { japaneseVariants } from './japanese-variants.ts';

const variants = (text: string) => japaneseVariants(text).map(({ to }) => to);

describe('Japanese written in another way', () => {
  it('has long endings with and without their mark, where loan words are written so', () => {
    assert.deepEqual(variants('サーバの設定').slice(0, 1), ['サーバー']);
    assert.deepEqual(variants('ユーザー').slice(0, 1), ['ユーザ']);
    assert.ok(!variants('システム').includes('システムー'));
    assert.deepEqual(variants('デモ'), []);
  });

  it('has the other kana, in whatever width', () => {
    assert.ok(variants('ﾀﾊﾞｺを買う').includes('たばこ'));
    assert.ok(variants('たばこを買う').includes('タバコ'));
    assert.ok(!variants('それについて').some((to) => to.startsWith('ソレ')));
  });

  it('has numbers before a counter in the other script', () => {
    assert.deepEqual(variants('第三条と二十一日'), ['3条', '21日']);
    assert.deepEqual(variants('第２１条、100円、10人、305号'), ['二十一条', '百円', '十人', '三百五号']);
    assert.deepEqual(variants('一般的な説明で十分です、三権分立'), []);
    assert.deepEqual(variants('v3.1 and 2026'), []);
  });

  it('looks at the beginning of a long text alone', () => {
    assert.ok(japaneseVariants('三条'.repeat(1_000_000)).length <= 1);
    assert.ok(japaneseVariants('ア'.repeat(1_000_000)).length <= 2);
  });
});
