import type { Block } from '@fumikura/model';
import { AppError } from '@fumikura/errors';
import * as msgReaderModule from '@kenjiuno/msgreader';
import PostalMime from 'postal-mime';
import type { Address } from 'postal-mime';
import { decodeText } from '../decode.ts';
import type { FormatParser, Parsed } from '../types.ts';
import { readHtml, timeOf } from '../formats/html.ts';
import { paragraphs } from '../formats/text.ts';

// The package is CommonJS whose class is `exports.default`: Node hands over the exports as the default import.
// eslint-disable-next-line @typescript-eslint/consistent-type-imports -- the type of the whole module
const MsgReader = (msgReaderModule as unknown as { default: typeof import('@kenjiuno/msgreader') }).default
  .default;

interface Mail {
  readonly subject?: string | undefined;
  readonly from?: string | undefined;
  readonly to: readonly string[];
  readonly date?: string | undefined;
  readonly text?: string | undefined;
  readonly html?: string | undefined;
  readonly attachments: NonNullable<Parsed['attachments']>;
}

/** Internet mail; attachments become documents of their own. */
export const parseEml: FormatParser = async ({ bytes }) => {
  const mail = await PostalMime.parse(bytes, { maxNestingDepth: 50 }).catch(damaged);
  return toParsed({
    subject: mail.subject,
    from: mail.from && addressText(mail.from),
    to: [...(mail.to ?? []), ...(mail.cc ?? [])].map(addressText),
    date: mail.date,
    text: mail.text,
    html: mail.html,
    attachments: mail.attachments.map(({ filename, mimeType, content }) => ({
      fileName: filename ?? 'attachment',
      mediaType: mimeType,
      bytes: toBytes(content),
    })),
  });
};

/** Outlook message files. */
export const parseMsg: FormatParser = async ({ bytes }) => {
  const reader = new MsgReader(Uint8Array.from(bytes).buffer);
  const data = reader.getFileData();
  if (data.error) damaged(new Error(data.error));
  return toParsed({
    subject: data.subject,
    from: [data.senderName, data.senderEmail].filter(Boolean).join(' '),
    to: (data.recipients ?? []).map(({ name, email }) => [name, email].filter(Boolean).join(' ')),
    date: data.messageDeliveryTime ?? data.clientSubmitTime,
    text: data.body,
    html: data.bodyHtml ?? (data.html ? decodeText(data.html) : undefined),
    attachments: (data.attachments ?? []).flatMap((attachment) => {
      if (attachment.innerMsgContent) return [];
      const { fileName, content } = reader.getAttachment(attachment);
      return [{ fileName: fileName || 'attachment', bytes: Uint8Array.from(content) }];
    }),
  });
};

function toParsed(mail: Mail): Parsed {
  const sentAt = timeOf(mail.date);
  const head = [
    mail.from && `From: ${mail.from}`,
    mail.to.length > 0 && `To: ${mail.to.slice(0, 50).join(', ')}`,
    sentAt && `Date: ${sentAt}`,
    mail.attachments.length > 0 &&
      `Attachments: ${mail.attachments.map(({ fileName }) => fileName).join(', ')}`,
  ].filter((line): line is string => typeof line === 'string' && line !== '');
  const blocks: Block[] = head.length > 0 ? [{ type: 'paragraph', text: head.join('\n') }] : [];
  return {
    ...(mail.subject && { title: mail.subject }),
    ...(mail.from && { authors: [mail.from.replace(/\s*<?[^\s<>]+@[^\s<>]+>?$/u, '') || mail.from] }),
    ...(sentAt && { createdAt: sentAt, updatedAt: sentAt }),
    blocks: [...blocks, ...body(mail)],
    attachments: mail.attachments,
  };
}

function body({ text, html }: Mail): readonly Block[] {
  if (html?.trim()) return readHtml(html).blocks;
  return paragraphs(text ?? '').map((block): Block => {
    const isQuoted =
      block.type === 'paragraph' && block.text.split('\n').every((line) => line.startsWith('>'));
    return isQuoted ? { type: 'quote', text: block.text.replace(/^>+ ?/gmu, '') } : block;
  });
}

function addressText({ name, address }: Address): string {
  return [name, address && `<${address}>`].filter(Boolean).join(' ');
}

function toBytes(content: ArrayBuffer | Uint8Array | string): Uint8Array {
  return typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content);
}

function damaged(cause: unknown): never {
  throw new AppError('CONTENT_DAMAGED', 'invalid-input', 'mail cannot be read', {
    publicMessage: 'The mail file is damaged.',
    cause,
  });
}
