import type { ChildNode, Element } from 'domhandler';
import { isTag, isText } from 'domhandler';
import { parseDocument } from 'htmlparser2';
import { decodeText } from '../decode.ts';

/**
 * Office XML as a tree. The parser knows no document types: it expands no entity but the five of XML and fetches
 * nothing, so entity bombs and external entities stay text.
 */
export function parseXml(bytes: Uint8Array): readonly ChildNode[] {
  return parseDocument(decodeText(bytes), { xmlMode: true, decodeEntities: true }).children;
}

/** Every element of one of the names, in document order. */
export function elementsNamed(nodes: readonly ChildNode[], ...names: readonly string[]): Element[] {
  const found: Element[] = [];
  const open: ChildNode[] = [...nodes].reverse();
  for (let node = open.pop(); node; node = open.pop()) {
    if (!isTag(node)) continue;
    if (names.includes(node.name)) found.push(node);
    for (let index = node.children.length - 1; index >= 0; index--) {
      const child = node.children[index];
      if (child) open.push(child);
    }
  }
  return found;
}

export function textOf(nodes: readonly ChildNode[], depth = 0): string {
  if (depth > 500) return '';
  return nodes
    .map((node) => (isText(node) ? node.data : 'children' in node ? textOf(node.children, depth + 1) : ''))
    .join('');
}
