/** A node of the Atlassian Document Format, in which issues are handed to the document pipeline. */
export interface AdfNode {
  readonly type: string;
  readonly text?: string;
  readonly attrs?: Readonly<Record<string, unknown>>;
  readonly content?: readonly AdfNode[];
}

export const ADF_MEDIA_TYPE = 'application/vnd.atlassian.adf+json';

export function text(value: string): AdfNode {
  return { type: 'text', text: value };
}

export function paragraph(value: string): AdfNode {
  return { type: 'paragraph', content: lines(value) };
}

export function heading(level: number, value: string): AdfNode {
  return { type: 'heading', attrs: { level }, content: [text(value)] };
}

export function bulletList(items: readonly string[]): AdfNode {
  return {
    type: 'bulletList',
    content: items.map((item) => ({ type: 'listItem', content: [paragraph(item)] })),
  };
}

/** Two columns: a name and what it is. */
export function factTable(rows: readonly (readonly [string, string])[]): AdfNode {
  return {
    type: 'table',
    content: rows.map(([name, value]) => ({
      type: 'tableRow',
      content: [
        { type: 'tableHeader', content: [paragraph(name)] },
        { type: 'tableCell', content: [paragraph(value)] },
      ],
    })),
  };
}

export function document(content: readonly AdfNode[]): AdfNode {
  return { type: 'doc', attrs: { version: 1 }, content };
}

function lines(value: string): AdfNode[] {
  return value
    .split('\n')
    .flatMap((line, index) => [
      ...(index > 0 ? [{ type: 'hardBreak' }] : []),
      ...(line === '' ? [] : [text(line)]),
    ]);
}
