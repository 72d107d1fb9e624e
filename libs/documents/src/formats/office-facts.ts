import { relatedParts, relationsOf } from '../containers/opc.ts';
import { elementsNamed, parseXml, textOf } from '../containers/xml.ts';
import type { ZipParts } from '../containers/zip.ts';
import type { Parsed } from '../types.ts';
import { timeOf } from './html.ts';

/** Titles and authors that programs write when nobody did. */
const SILENT_TITLES =
  /^(?:untitled.*|(?:document|presentation|book|workbook|spreadsheet|slide|sheet|title|template|文書|プレゼンテーション)[\s_-]*\d*|(?:microsoft )?(?:word|powerpoint|excel)\b.*|powerpoint 演示文稿|slide 1|\(?(?:anonymous|unspecified)\)?|無題.*|タイトル|表題)$/iu;
const SILENT_AUTHORS =
  /^(?:python-docx|openpyxl|apache poi|un-named|unknown|anonymous|\(anonymous\)|\(unspecified\)|user|windows ユーザー|windows user|microsoft office user|admin|administrator|owner)$/iu;

/** Title, authors, times and labels of an Office package, as far as they say something. */
export function coreFacts(parts: ZipParts): Partial<Parsed> {
  const [path] = relatedParts(relationsOf(parts, ''), 'core-properties');
  return factsFrom(parts.get(path ?? 'docProps/core.xml') ?? parts.get('docProps/core.xml'), {
    title: ['dc:title'],
    author: ['dc:creator'],
    createdAt: ['dcterms:created'],
    updatedAt: ['dcterms:modified'],
    labels: ['cp:keywords'],
  });
}

/** The same of an OpenDocument file's meta.xml. */
export function openDocumentFacts(parts: ZipParts): Partial<Parsed> {
  return factsFrom(parts.get('meta.xml'), {
    title: ['dc:title'],
    author: ['meta:initial-creator', 'dc:creator'],
    createdAt: ['meta:creation-date'],
    updatedAt: ['dc:date'],
    labels: ['meta:keyword'],
  });
}

type Names = Readonly<Record<'title' | 'author' | 'createdAt' | 'updatedAt' | 'labels', readonly string[]>>;

function factsFrom(xml: Uint8Array | undefined, names: Names): Partial<Parsed> {
  const nodes = parseXml(xml);
  const values = (wanted: readonly string[]) =>
    elementsNamed(nodes, ...wanted)
      .map(({ children }) => textOf(children).trim())
      .filter(Boolean);
  const [title] = values(names.title);
  const [author] = values(names.author);
  return facts({
    title,
    authors: author === undefined ? [] : author.split(';'),
    createdAt: values(names.createdAt)[0],
    updatedAt: values(names.updatedAt)[0],
    labels: values(names.labels).flatMap((value) => value.split(/[,;、]/u)),
  });
}

export interface StatedFacts {
  readonly title?: string | undefined;
  readonly authors?: readonly string[];
  readonly createdAt?: string | undefined;
  readonly updatedAt?: string | undefined;
  readonly labels?: readonly string[];
}

/** Drops what nobody wrote: titles and authors that programs set, times that are none. */
export function facts(stated: StatedFacts): Partial<Parsed> {
  const title = stated.title?.trim();
  const authors = (stated.authors ?? [])
    .map((each) => each.trim())
    .filter((each) => each && !SILENT_AUTHORS.test(each));
  const labels = (stated.labels ?? []).map((each) => each.trim()).filter(Boolean);
  const createdAt = timeOf(stated.createdAt);
  const updatedAt = timeOf(stated.updatedAt);
  return {
    ...(title && isTelling(title) && { title }),
    ...(authors.length > 0 && { authors: [...new Set(authors)] }),
    ...(createdAt && { createdAt }),
    ...(updatedAt && { updatedAt }),
    ...(labels.length > 0 && { labels: [...new Set(labels)] }),
  };
}

/** The first title that says something, in the order of trust. */
export function firstTelling(...titles: readonly (string | undefined)[]): string | undefined {
  return titles.find((title) => title !== undefined && isTelling(title));
}

/** Whether a title says what the document is, and not which program made it. */
function isTelling(title: string): boolean {
  if (title.trim() === '') return false;
  return (
    !SILENT_TITLES.test(title.trim()) &&
    !/^[\w\s().-]+\.(?:docx?|xlsx?|pptx?|pdf|tex|indd|rtf|odt|txt)$/iu.test(title.trim())
  );
}
