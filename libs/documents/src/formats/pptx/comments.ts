import type { Block } from '@fumikura/model';
import type { Element } from 'domhandler';
import { relatedParts } from '../../containers/opc.ts';
import type { Relation } from '../../containers/opc.ts';
import { childAt, elementsNamed, parseXml, textOf } from '../../containers/xml.ts';
import type { ZipParts } from '../../containers/zip.ts';
import { linesOf } from './shapes.ts';

/** Names of commenters by id, of both generations of comments. */
export function commentAuthors(parts: ZipParts, relations: readonly Relation[]): ReadonlyMap<string, string> {
  return new Map(
    relatedParts(relations, 'commentAuthors', 'authors').flatMap((path) =>
      elementsNamed(parseXml(parts.get(path)), 'p:cmAuthor', 'p188:author').map(
        ({ attribs }) => [attribs['id'] ?? '', attribs['name'] ?? ''] as const,
      ),
    ),
  );
}

/** Reviewers' comments on a slide; a reply follows what it answers. */
export function commentBlocks(xml: Uint8Array | undefined, authors: ReadonlyMap<string, string>): Block[] {
  return elementsNamed(parseXml(xml), 'p:cm', 'p188:cm', 'p188:reply').flatMap((comment): Block[] => {
    const text = commentText(comment);
    const author = authors.get(comment.attribs['authorId'] ?? '');
    return text === '' ? [] : [{ type: 'note', label: author ? `Comment by ${author}` : 'Comment', text }];
  });
}

/** Its own text only: a comment's element also holds its replies. */
function commentText(comment: Element): string {
  const plain = textOf(childAt(comment, 'p:text')?.children ?? []).trim();
  if (plain !== '') return plain;
  return linesOf(childAt(comment, 'p188:txBody'))
    .map(({ text }) => text)
    .join(' ');
}
