import type { ChildNode, Element } from 'domhandler';
import { isTag } from 'domhandler';

const OPEN_XML = ['http://schemas.openxmlformats.org/', 'http://purl.oclc.org/ooxml/'];
/** Namespaces of Office packages, without their common start and the year, by the prefix that Office gives them. */
const OFFICE: Readonly<Record<string, string>> = {
  'wordprocessingml/main': 'w',
  'presentationml/main': 'p',
  'spreadsheetml/main': '',
  'drawingml/main': 'a',
  'drawingml/chart': 'c',
  'drawingml/diagram': 'dgm',
  'drawingml/wordprocessingDrawing': 'wp',
  'drawingml/spreadsheetDrawing': 'xdr',
  'officeDocument/relationships': 'r',
  'officeDocument/math': 'm',
  'package/relationships': '',
  'package/metadata/core-properties': 'cp',
  'markup-compatibility': 'mc',
};
const OTHERS: Readonly<Record<string, string>> = {
  'http://schemas.microsoft.com/office/word/2010/wordprocessingShape': 'wps',
  'http://schemas.microsoft.com/office/powerpoint/2018/8/main': 'p188',
  'urn:schemas-microsoft-com:vml': 'v',
  'http://purl.org/dc/elements/1.1/': 'dc',
  'http://purl.org/dc/terms/': 'dcterms',
};
/** urn:oasis:names:tc:opendocument:xmlns:text:1.0 → text */
const OPEN_DOCUMENT = /^urn:oasis:names:tc:opendocument:xmlns:(\w+):1\.0$/u;

/**
 * Gives elements and attributes the prefixes that everybody uses: a file may use others, and libraries that rewrite XML do.
 * Only declarations on the root are looked at; that is where programs put them.
 */
export function withUsualPrefixes(nodes: readonly ChildNode[]): readonly ChildNode[] {
  const root = nodes.find((node): node is Element => isTag(node));
  const renamed = new Map<string, string>();
  for (const [name, uri] of Object.entries(root?.attribs ?? {})) {
    const prefix = name === 'xmlns' ? '' : name.startsWith('xmlns:') ? name.slice(6) : undefined;
    const usual = usualPrefix(uri);
    if (prefix !== undefined && usual !== undefined && prefix !== usual) renamed.set(prefix, usual);
  }
  if (root && renamed.size > 0) rename(root, renamed);
  return nodes;
}

function usualPrefix(uri: string): string | undefined {
  const start = OPEN_XML.find((each) => uri.startsWith(each));
  if (start !== undefined) return OFFICE[uri.slice(start.length).replace(/\/20\d\d\b/u, '')];
  return OTHERS[uri] ?? OPEN_DOCUMENT.exec(uri)?.[1];
}

function rename(root: Element, renamed: ReadonlyMap<string, string>): void {
  const open: Element[] = [root];
  for (let element = open.pop(); element; element = open.pop()) {
    element.name = renamedName(element.name, renamed, true);
    element.attribs = Object.fromEntries(
      Object.entries(element.attribs).map(([name, value]) => [renamedName(name, renamed, false), value]),
    );
    for (const child of element.children) if (isTag(child)) open.push(child);
  }
}

/** The default namespace is that of elements alone. */
function renamedName(name: string, renamed: ReadonlyMap<string, string>, isElement: boolean): string {
  const colon = name.indexOf(':');
  if (colon < 0 && !isElement) return name;
  const usual = renamed.get(colon < 0 ? '' : name.slice(0, colon));
  if (usual === undefined) return name;
  const local = name.slice(colon + 1);
  return usual === '' ? local : `${usual}:${local}`;
}
