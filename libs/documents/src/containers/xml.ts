import type { ChildNode, Element } from 'domhandler';
import { isTag, isText } from 'domhandler';
import { parseDocument } from 'htmlparser2';
import { decodeText } from '../decode.ts';
import { withUsualPrefixes } from './xml-names.ts';

/**
 * Office XML as a tree. The parser knows no document types: it expands no entity but the five of XML and character
 * numbers, and fetches nothing, so entity bombs and external entities stay the text `&name;`.
 */
export function parseXml(bytes: Uint8Array | undefined): readonly ChildNode[] {
  if (!bytes) return [];
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 300)).toString('latin1');
  const declared = /^<\?xml[^>]{0,200}encoding\s*=\s*["']([\w-]{2,40})/u.exec(start)?.[1];
  const { children } = parseDocument(decodeText(bytes, declared), { xmlMode: true, decodeEntities: true });
  return withUsualPrefixes(children);
}

/** Every element of one of the names, in document order. */
export function elementsNamed(nodes: readonly ChildNode[], ...names: readonly string[]): Element[] {
  const found: Element[] = [];
  for (const node of walk(nodes)) if (isTag(node) && names.includes(node.name)) found.push(node);
  return found;
}

export function firstNamed(nodes: readonly ChildNode[], name: string): Element | undefined {
  for (const node of walk(nodes)) if (isTag(node) && node.name === name) return node;
  return undefined;
}

/** Children that are elements, of one of the names if any are given. */
export function childElements(node: Element | undefined, ...names: readonly string[]): Element[] {
  return (node?.children ?? []).filter(
    (child): child is Element => isTag(child) && (names.length === 0 || names.includes(child.name)),
  );
}

/** The element found by going down one name after the other. */
export function childAt(node: Element | undefined, ...path: readonly string[]): Element | undefined {
  let at = node;
  for (const name of path)
    at = at?.children.find((child): child is Element => isTag(child) && child.name === name);
  return at;
}

/** All text below, in document order, as written. */
export function textOf(nodes: readonly ChildNode[]): string {
  let text = '';
  for (const node of walk(nodes)) if (isText(node)) text += node.data;
  return text;
}

/** Depth first without recursion: hostile nesting must not end in a full stack. */
function* walk(nodes: readonly ChildNode[]): Generator<ChildNode> {
  const open: ChildNode[] = [...nodes].reverse();
  for (let node = open.pop(); node; node = open.pop()) {
    yield node;
    if (!('children' in node)) continue;
    for (let index = node.children.length - 1; index >= 0; index--) {
      const child = node.children[index];
      if (child) open.push(child);
    }
  }
}
