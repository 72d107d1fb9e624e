import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsedWith } from '../containers/zip-fixture.ts';
import { parseEml, parseMsg } from './mail.ts';

const eml = (lines: readonly string[]) => parsedWith(parseEml, Buffer.from(lines.join('\r\n'), 'latin1'));
const HEAD = ['From: Alice <alice@example.com>', 'To: Bob <bob@example.com>', 'Subject: Plan'];

test('says who wrote what to whom and when', async () => {
  const { blocks, ...facts } = await eml([
    'From: =?ISO-2022-JP?B?GyRCRURDZhsoQg==?= <tanaka@example.com>',
    'To: Team: Bob <bob@example.com>, carol@example.com;',
    'Cc: Dan <dan@example.com>',
    'Date: Wed, 1 May 2024 09:00:00 +0900',
    'Subject: =?UTF-8?B?5a6a5L6L5Lya6K2w?=',
    'Content-Type: text/plain; charset=iso-2022-jp',
    '',
    '\u001b$B;d$O\u001b(B',
  ]);
  assert.deepEqual(facts, {
    title: '定例会議',
    authors: ['田中'],
    createdAt: '2024-05-01T00:00:00.000Z',
    updatedAt: '2024-05-01T00:00:00.000Z',
    attachments: [],
    notices: [],
  });
  assert.deepEqual(blocks, [
    {
      type: 'paragraph',
      text: 'From: 田中 <tanaka@example.com>\nTo: Bob <bob@example.com>, carol@example.com\nCc: Dan <dan@example.com>\nDate: 2024-05-01T00:00:00.000Z',
    },
    { type: 'paragraph', text: '私は' },
  ]);
});

test('quoted lines and the mail below are quotes', async () => {
  const inline = await eml([
    ...HEAD,
    '',
    '> When?',
    '> Where?',
    'Tomorrow.',
    '',
    'On 1 May Bob <b@x> wrote:',
    '',
    'Old text',
  ]);
  assert.deepEqual(
    inline.blocks.slice(1).map((block) => ('text' in block ? [block.type, block.text] : block)),
    [
      ['quote', 'When?\nWhere?'],
      ['paragraph', 'Tomorrow.'],
      ['quote', 'On 1 May Bob <b@x> wrote:'],
      ['quote', 'Old text'],
    ],
  );
  const outlook = await eml([...HEAD, '', 'Fine.', 'From: Bob', 'Sent: Monday', 'To: Alice', '', 'Old text']);
  assert.deepEqual(
    outlook.blocks.slice(1).map((block) => ('text' in block ? [block.type, block.text] : block)),
    [
      ['paragraph', 'Fine.'],
      ['quote', 'From: Bob\nSent: Monday\nTo: Alice'],
      ['quote', 'Old text'],
    ],
  );
});

test('the HTML form is read where it says something, the plain form where not', async () => {
  const mail = (html: string) =>
    eml([
      ...HEAD,
      'Content-Type: multipart/alternative; boundary=b',
      '',
      '--b',
      'Content-Type: text/plain',
      '',
      'plain form',
      '--b',
      'Content-Type: text/html',
      '',
      html,
      '--b--',
    ]);
  assert.deepEqual((await mail('<ul><li>one</li></ul><blockquote>old</blockquote>')).blocks.slice(1), [
    { type: 'list', ordered: false, items: [{ text: 'one', depth: 0 }] },
    { type: 'quote', text: 'old' },
  ]);
  assert.deepEqual((await mail('<div></div>')).blocks.slice(1), [{ type: 'paragraph', text: 'plain form' }]);
});

test('attachments and forwarded mails are files of their own; pictures of the text are not', async () => {
  const { attachments, blocks } = await eml([
    ...HEAD,
    'Content-Type: multipart/mixed; boundary=m',
    '',
    '--m',
    'Content-Type: multipart/related; boundary=r',
    '',
    '--r',
    'Content-Type: text/html',
    '',
    '<p>See <img src="cid:logo"></p>',
    '--r',
    'Content-Type: image/png',
    'Content-ID: <logo>',
    'Content-Disposition: inline; filename=logo.png',
    'Content-Transfer-Encoding: base64',
    '',
    'iVBORw0KGgo=',
    '--r--',
    '--m',
    'Content-Type: text/csv',
    'Content-Disposition: attachment; filename="list.csv"',
    '',
    'a,b',
    '--m',
    'Content-Type: message/rfc822',
    '',
    'From: Carol <carol@example.com>',
    'Subject: Inner',
    '',
    'Inner text',
    '--m--',
  ]);
  assert.deepEqual(
    attachments?.map(({ fileName, mediaType }) => [fileName, mediaType]),
    [
      ['list.csv', 'text/csv'],
      ['attachment-2.eml', 'message/rfc822'],
    ],
  );
  assert.match(JSON.stringify(blocks), /Attachments: list\.csv, attachment-2\.eml/u);
  const inner = await parsedWith(parseEml, attachments?.[1]?.bytes ?? new Uint8Array());
  assert.equal(inner.title, 'Inner');
});

test('says why a mail cannot be read', async () => {
  await assert.rejects(parsedWith(parseEml, new Uint8Array()), { code: 'CONTENT_DAMAGED' });
  const ole = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(504)]);
  const named = (stream: string) => Buffer.concat([ole, Buffer.from(stream, 'utf16le')]);
  const cases: readonly (readonly [Uint8Array, string])[] = [
    [new Uint8Array(), 'CONTENT_DAMAGED'],
    [Buffer.from('From: a@b\r\n\r\ntext'), 'CONTENT_DAMAGED'],
    [named('__properties_version1.0'), 'CONTENT_DAMAGED'],
    [named('WordDocument'), 'FORMAT_UNSUPPORTED'],
  ];
  for (const [bytes, code] of cases)
    await assert.rejects(parsedWith(parseMsg, bytes), { code, kind: 'invalid-input' });
});
