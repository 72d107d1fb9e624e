import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { analyseQuestion } from './question.ts';

describe('analyseQuestion', () => {
  it('takes apart several questions, also where only the last one has its mark', () => {
    const { parts } = analyseQuestion(
      'Who approves travel expenses and how many days do I have to submit them?',
    );
    assert.deepEqual(
      parts.map(({ text, type }) => [text, type]),
      [
        ['Who approves travel expenses?', 'person'],
        ['how many days do I have to submit them?', 'number'],
      ],
    );
    const japanese = analyseQuestion('申請期限はいつですか。また、担当は誰ですか。');
    assert.equal(japanese.parts.length, 2);
  });

  it('gives a part that leans on the one before its words', () => {
    const { parts } = analyseQuestion(
      'Who approves travel expenses and how many days do I have to submit them?',
    );
    assert.deepEqual(
      parts.map(({ leansOn }) => leansOn),
      [undefined, 'Who approves travel expenses?'],
    );
    const apart = analyseQuestion('Where is the Osaka office? When do invoices arrive?');
    assert.deepEqual(
      apart.parts.map(({ leansOn }) => leansOn),
      [undefined, undefined],
    );
  });

  it('leaves one question with an "and" in it whole', () => {
    for (const question of [
      'What do Kenji and Ana maintain?',
      'How are backups made and stored?',
      'Can I travel and work abroad?',
    ])
      assert.equal(analyseQuestion(question).parts.length, 1, question);
  });
});
