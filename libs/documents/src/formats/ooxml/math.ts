import type { Element } from 'domhandler';
import { isTag, isText } from 'domhandler';
import { childAt, childElements } from '../../containers/xml.ts';

/** Deeper formulas are written without structure: hostile input. */
const MAX_DEPTH = 60;

/** An Office formula (OMML, ECMA-376 part 1, 22.1) in one line: "(a+b)/(2), x^(2), √(y)". */
export function mathText(element: Element, depth = 0): string {
  if (depth > MAX_DEPTH) return '';
  const part = (name: string) => inside(childAt(element, name), depth + 1);
  switch (element.name) {
    case 'm:f':
      return `${grouped(part('m:num'))}/${grouped(part('m:den'))}`;
    case 'm:sSup':
      return `${part('m:e')}^${grouped(part('m:sup'))}`;
    case 'm:sSub':
      return `${part('m:e')}_${grouped(part('m:sub'))}`;
    case 'm:sSubSup':
      return `${part('m:e')}_${grouped(part('m:sub'))}^${grouped(part('m:sup'))}`;
    case 'm:rad':
      return `${part('m:deg')}√(${part('m:e')})`;
    case 'm:nary':
      return `${nary(element)}${bound('_', part('m:sub'))}${bound('^', part('m:sup'))} ${part('m:e')}`;
    case 'm:d':
      return delimited(element, depth);
    case 'm:m':
      return `[${childElements(element, 'm:mr')
        .map((row) =>
          childElements(row, 'm:e')
            .map((cell) => inside(cell, depth + 1))
            .join(', '),
        )
        .join('; ')}]`;
    case 'm:func':
      return `${part('m:fName')} ${part('m:e')}`;
    case 'm:t':
      return element.children.map((child) => (isText(child) ? child.data : '')).join('');
    default:
      return element.name.endsWith('Pr') ? '' : inside(element, depth + 1);
  }
}

function inside(element: Element | undefined, depth: number): string {
  return (element?.children ?? []).map((child) => (isTag(child) ? mathText(child, depth) : '')).join('');
}

function delimited(element: Element, depth: number): string {
  const properties = childAt(element, 'm:dPr');
  const sign = (name: string, usual: string) => childAt(properties, name)?.attribs['m:val'] ?? usual;
  const inner = childElements(element, 'm:e').map((each) => inside(each, depth + 1));
  return `${sign('m:begChr', '(')}${inner.join(sign('m:sepChr', '|'))}${sign('m:endChr', ')')}`;
}

function nary(element: Element): string {
  return childAt(element, 'm:naryPr', 'm:chr')?.attribs['m:val'] ?? '∫';
}

function bound(sign: string, text: string): string {
  return text === '' ? '' : `${sign}${grouped(text)}`;
}

function grouped(text: string): string {
  return [...text].length > 1 ? `(${text})` : text;
}
