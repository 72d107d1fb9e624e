import { posix } from 'node:path';
import { damaged } from '../refusals.ts';
import { elementsNamed, parseXml } from './xml.ts';
import type { ZipParts } from './zip.ts';

/** A link from one part of an Office package to another (ECMA-376 part 2). */
export interface Relation {
  readonly id: string;
  /** Last step of the type's URL, the same in the transitional and the strict edition: "slide", "comments". */
  readonly type: string;
  /** Name of the part, as the archive has it; of external targets the URL. */
  readonly target: string;
  readonly isExternal: boolean;
}

/** Relations of a part; '' for those of the package. Missing or broken ones are an empty list. */
export function relationsOf(parts: ZipParts, path: string): readonly Relation[] {
  const folder = path === '' ? '' : posix.dirname(path);
  const file = posix.join(folder, '_rels', `${posix.basename(path)}.rels`);
  return elementsNamed(parseXml(parts.get(file)), 'Relationship').map(({ attribs }) => {
    const target = attribs['Target'] ?? '';
    const isExternal = attribs['TargetMode'] === 'External';
    return {
      id: attribs['Id'] ?? '',
      type: posix.basename(attribs['Type'] ?? ''),
      target: isExternal ? target : posix.join('/', target.startsWith('/') ? '' : folder, target).slice(1),
      isExternal,
    };
  });
}

/** Parts related by one of the types, in the relations' order. */
export function relatedParts(relations: readonly Relation[], ...types: readonly string[]): readonly string[] {
  return relations
    .filter(({ type, isExternal }) => types.includes(type) && !isExternal)
    .map(({ target }) => target);
}

/**
 * Name of the part that holds the document itself: producers are free to name it, and some do ("word/document2.xml").
 * @param fallback where it usually is
 * @throws AppError CONTENT_DAMAGED (invalid-input) when the package has none
 */
export function mainPart(parts: ZipParts, fallback: string, what: string): string {
  const [target] = relatedParts(relationsOf(parts, ''), 'officeDocument');
  const path = target !== undefined && parts.has(target) ? target : fallback;
  if (!parts.has(path)) throw damaged(what, new Error(`no ${path}`));
  return path;
}

/** Parts of a package that text is read from. */
export function isXmlPart(name: string): boolean {
  return name.endsWith('.xml') || name.endsWith('.rels');
}
