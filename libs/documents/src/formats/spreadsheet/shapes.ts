import type { Block } from '@fumikura/model';
import { mainPart, relatedParts, relationsOf } from '../../containers/opc.ts';
import { elementsNamed, parseXml } from '../../containers/xml.ts';
import type { ZipParts } from '../../containers/zip.ts';
import { drawingText, graphicBlocks } from '../ooxml/drawing.ts';

/** What lies over the cells of each sheet, by the sheet's name: text boxes, titles of charts, diagrams. */
export function shapesBySheet(parts: ZipParts): ReadonlyMap<string, readonly Block[]> {
  const path = mainPart(parts, 'xl/workbook.xml', 'workbook');
  const relations = relationsOf(parts, path);
  return new Map(
    elementsNamed(parseXml(parts.get(path)), 'sheet').map(({ attribs }) => {
      const sheet = relations.find(({ id }) => id === attribs['r:id'])?.target ?? '';
      const drawings = relatedParts(relationsOf(parts, sheet), 'drawing');
      return [attribs['name'] ?? '', drawings.flatMap((drawing) => shapesOf(parts, drawing))];
    }),
  );
}

function shapesOf(parts: ZipParts, path: string): Block[] {
  const relations = relationsOf(parts, path);
  return elementsNamed(parseXml(parts.get(path)), 'xdr:sp', 'xdr:graphicFrame').flatMap((shape): Block[] => {
    // A chart shows what the cells say already; only its title is new.
    if (shape.name === 'xdr:graphicFrame') return graphicBlocks(shape, parts, relations).flatMap(captionOf);
    const text = drawingText(shape);
    return text === '' ? [] : [{ type: 'paragraph', text }];
  });
}

function captionOf(block: Block): Block[] {
  if (block.type !== 'table') return [block];
  return block.caption === undefined ? [] : [{ type: 'paragraph', text: block.caption }];
}
