import type { Block } from '@fumikura/model';
import * as msgReaderModule from '@kenjiuno/msgreader';
import type { FieldsData } from '@kenjiuno/msgreader';
import PostalMime from 'postal-mime';
import type { Address } from 'postal-mime';
import { oleKind } from '../containers/ole.ts';
import { decodeText } from '../decode.ts';
import { damaged, unsupported } from '../refusals.ts';
import type { FormatParser, Parsed } from '../types.ts';
import { timeOf } from './html.ts';
import { bodyBlocks } from './mail/body.ts';

// The package is CommonJS whose class is `exports.default`: Node hands over the exports as the default import.
// eslint-disable-next-line @typescript-eslint/consistent-type-imports -- the type of the whole module
const MsgReader = (msgReaderModule as unknown as { default: typeof import('@kenjiuno/msgreader') }).default
  .default;

/** Parts in parts are read to here. */
const MAX_NESTING = 50;
/** Names told of a mail's recipients and attachments. */
const MAX_NAMES = 100;

interface Person {
  readonly name: string;
  readonly address: string;
}

interface Mail {
  readonly subject: string | undefined;
  readonly from: readonly Person[];
  readonly to: readonly Person[];
  readonly cc: readonly Person[];
  readonly date: string | undefined;
  readonly blocks: readonly Block[];
  readonly attachments: NonNullable<Parsed['attachments']>;
  readonly notices?: readonly string[];
}

/** Internet mail (RFC 5322 and MIME); attachments, and mails inside the mail, become documents of their own. */
export const parseEml: FormatParser = async ({ bytes }) => {
  const mail = await PostalMime.parse(bytes, {
    maxNestingDepth: MAX_NESTING,
    forceRfc822Attachments: true,
  }).catch((cause: unknown) => {
    throw damaged('mail', cause);
  });
  if (mail.headers.length === 0 && !mail.text?.trim() && !mail.html?.trim())
    throw damaged('mail', new Error('neither header nor text'));
  return toParsed({
    subject: mail.subject,
    from: mail.from ? persons([mail.from]) : [],
    to: persons(mail.to ?? []),
    cc: persons(mail.cc ?? []),
    date: mail.date,
    blocks: bodyBlocks(mail.text, mail.html),
    // Pictures that the text shows inline are not files somebody sent.
    attachments: mail.attachments
      .filter(({ related, mimeType }) => !(related === true && mimeType.startsWith('image/')))
      .map(({ filename, mimeType, content }, index) => ({
        fileName: filename ?? `attachment-${index + 1}${mimeType === 'message/rfc822' ? '.eml' : ''}`,
        mediaType: mimeType,
        bytes: toBytes(content),
      })),
  });
};

function persons(addresses: readonly Address[]): Person[] {
  return addresses.flatMap((address) =>
    address.group ? persons(address.group) : [{ name: address.name ?? '', address: address.address ?? '' }],
  );
}

/** Outlook message files (MS-OXMSG). */
export const parseMsg: FormatParser = async ({ bytes }) => {
  const kind = oleKind(bytes);
  if (kind === undefined) throw damaged('Outlook mail', new Error('not a compound file of a message'));
  if (kind !== 'mail')
    throw unsupported('file of another program under the name of a mail', 'Give it its right extension.');
  try {
    return toParsed(readMsg(bytes));
  } catch (cause) {
    throw damaged('Outlook mail', cause);
  }
};

function readMsg(bytes: Uint8Array): Mail {
  const buffer = Uint8Array.from(bytes).buffer;
  let reader = new MsgReader(buffer);
  let data = reader.getFileData();
  if (data.error) throw new Error(data.error);
  // Strings of before 2003 are bytes in the code page that the message names.
  if (data.messageCodepage !== undefined && ![1200, 1252, 65001].includes(data.messageCodepage)) {
    reader = new MsgReader(buffer);
    reader.parserConfig = { ansiEncoding: `cp${data.messageCodepage}` };
    data = reader.getFileData();
  }
  const html = data.bodyHtml ?? (data.html ? decodeText(data.html) : undefined);
  const isRichOnly = !data.body?.trim() && !html?.trim() && data.compressedRtf !== undefined;
  return {
    subject: data.subject,
    from: [{ name: data.senderName ?? '', address: data.senderSmtpAddress ?? data.senderEmail ?? '' }],
    to: recipients(data, 'to'),
    cc: recipients(data, 'cc'),
    date: data.messageDeliveryTime ?? data.clientSubmitTime ?? data.creationTime,
    blocks: bodyBlocks(data.body, html),
    attachments: (data.attachments ?? [])
      .filter(({ attachmentHidden }) => attachmentHidden !== true)
      .map((attachment) => {
        const { fileName, content } = reader.getAttachment(attachment);
        return { fileName: fileName || 'attachment', bytes: Uint8Array.from(content) };
      }),
    ...(isRichOnly && { notices: ['The text is stored as rich text only and was not read.'] }),
  };
}

/** Blind copies are left out, as the other recipients do not see them either. */
function recipients(data: FieldsData, type: 'to' | 'cc'): Person[] {
  return (data.recipients ?? [])
    .filter(({ recipType }) => recipType === type)
    .map(({ name, smtpAddress, email }) => ({ name: name ?? '', address: smtpAddress ?? email ?? '' }));
}

function toParsed({ subject, from, to, cc, date, blocks, attachments, notices = [] }: Mail): Parsed {
  const sentAt = timeOf(date);
  const fields = [
    ['From', from.map(told).filter(Boolean)],
    ['To', to.map(told).filter(Boolean)],
    ['Cc', cc.map(told).filter(Boolean)],
    ['Date', sentAt === undefined ? [] : [sentAt]],
    ['Attachments', attachments.map(({ fileName }) => fileName)],
  ] as const;
  const head = fields.flatMap(([name, values]) => {
    const more = values.length > MAX_NAMES ? ` and ${values.length - MAX_NAMES} more` : '';
    return values.length === 0 ? [] : [`${name}: ${values.slice(0, MAX_NAMES).join(', ')}${more}`];
  });
  const authors = from.map(({ name, address }) => name.trim() || address.trim()).filter(Boolean);
  const title = subject?.replace(/\s+/gu, ' ').trim();
  return {
    ...(title && { title }),
    ...(authors.length > 0 && { authors }),
    ...(sentAt && { createdAt: sentAt, updatedAt: sentAt }),
    blocks: head.length > 0 ? [{ type: 'paragraph', text: head.join('\n') }, ...blocks] : blocks,
    attachments,
    notices,
  };
}

function told({ name, address }: Person): string {
  const [who, where] = [name.trim(), address.trim()];
  if (where === '' || where === who || where.startsWith('/')) return who;
  return who === '' ? where : `${who} <${where}>`;
}

function toBytes(content: ArrayBuffer | Uint8Array | string): Uint8Array {
  return typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content);
}
