import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zipSync } from 'fflate';
import { zipOf } from './containers/zip-fixture.ts';
import { parseEml, parseMsg } from './formats/mail.ts';
import { parseHtml } from './formats/html.ts';
import { parseOdf } from './formats/odf.ts';
import { parsePdf } from './formats/pdf.ts';
import { parsePptx } from './formats/pptx.ts';
import { parseSpreadsheet } from './formats/spreadsheet.ts';
import { findParser } from './registry.ts';

const ole = (stream: string) =>
  Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(504), Buffer.from(stream, 'utf16le')]);

test('what a file holds goes before its name', async () => {
  const cases = [
    ['a.docx', zipOf({ 'ppt/presentation.xml': '' }), parsePptx],
    ['a.zip', zipOf({ 'xl/workbook.bin': '' }), parseSpreadsheet],
    [
      'a.odt',
      zipSync({ mimetype: Buffer.from('application/vnd.oasis.opendocument.presentation') }, { level: 0 }),
      parseOdf,
    ],
    ['a.docx', Buffer.from('%PDF-1.7'), parsePdf],
    ['report.doc', ole('Workbook'), parseSpreadsheet],
    ['note', ole('__substg1.0_1000001F'), parseMsg],
    ['export.xls', Buffer.from('<html><table><tr><td>1</td></tr></table></html>'), parseHtml],
    ['a.eml', Buffer.from('Subject: x\r\n\r\ny'), parseEml],
  ] as const;
  for (const [fileName, bytes, parser] of cases)
    assert.equal(await findParser({ fileName, bytes }), parser, fileName);
});

test('what cannot be read is named, with what to do', async () => {
  const cases: readonly (readonly [string, Uint8Array, string, RegExp])[] = [
    ['a.docx', ole('EncryptedPackage'), 'CONTENT_ENCRYPTED', /password/u],
    ['a', ole('EncryptedPackage'), 'CONTENT_ENCRYPTED', /password/u],
    ['a.docx', ole('WordDocument'), 'FORMAT_UNSUPPORTED', /"\.doc".*2007/u],
    ['a.ppt', ole('PowerPoint Document'), 'FORMAT_UNSUPPORTED', /"\.ppt".*2007/u],
    ['a.zip', zipOf({ 'a.txt': 'x' }), 'FORMAT_UNSUPPORTED', /"\.zip"/u],
    ['a.xlsx', Buffer.from('a,b'), 'CONTENT_DAMAGED', /Excel/u],
  ];
  for (const [fileName, bytes, code, says] of cases)
    await assert.rejects(
      findParser({ fileName, bytes }),
      (error: Error & { code?: string; publicMessage?: string }) =>
        error.code === code && says.test(error.publicMessage ?? ''),
      fileName,
    );
});
