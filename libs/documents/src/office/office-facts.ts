import { elementsNamed, parseXml, textOf } from './xml.ts';
import type { Parsed } from '../types.ts';
import { timeOf } from '../formats/html.ts';

/** Titles that programs write when nobody did. */
const EMPTY_TITLES =
  /^(?:untitled|document\d*|word document|powerpoint presentation|presentation\d*|slide 1|microsoft word.*|無題.*)?$/iu;

/** Title, author and times of an Office file's core properties, as far as they say something. */
export function coreFacts(xml: Uint8Array | undefined): Partial<Parsed> {
  if (!xml) return {};
  const nodes = parseXml(xml);
  const value = (name: string) => textOf(elementsNamed(nodes, name)[0]?.children ?? []).trim();
  const title = value('dc:title');
  const author = value('dc:creator');
  const createdAt = timeOf(value('dcterms:created') || value('meta:creation-date'));
  const updatedAt = timeOf(value('dcterms:modified') || value('dc:date'));
  const labels = value('cp:keywords')
    .split(/[,;]/u)
    .map((label) => label.trim())
    .filter(Boolean);
  return {
    ...(!EMPTY_TITLES.test(title) && { title }),
    ...(author && { authors: [author] }),
    ...(createdAt && { createdAt }),
    ...(updatedAt && { updatedAt }),
    ...(labels.length > 0 && { labels }),
  };
}
