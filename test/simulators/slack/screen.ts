import type { SlackMessage, SlackWorld } from './world.ts';

type Node = Readonly<Record<string, unknown>>;

/** A message as it is read: texts, links with their addresses, buttons in brackets. */
export function readMessage({ text, blocks }: Pick<SlackMessage, 'text' | 'blocks'>): string {
  return blocks.length === 0 ? text : (blocks as Node[]).map(readBlock).filter(Boolean).join('\n');
}

/** All that anybody can read of a message, what notifications show and where links lead included. */
export function everythingIn({ text, blocks, unfurls, metadata }: SlackMessage): string {
  return JSON.stringify([text, blocks, unfurls, metadata]);
}

/** Everything on somebody's screen, for the search after what should not be there. */
export function screenOf(world: SlackWorld, user: string): string {
  return [
    ...world.seenBy(user).map(everythingIn),
    JSON.stringify(world.homes.get(user)?.view ?? null),
    ...world.modals.filter((each) => each.user === user).map(({ view }) => JSON.stringify(view)),
  ].join('\n');
}

function readBlock(block: Node): string {
  switch (block['type']) {
    case 'divider':
      return '---';
    case 'section':
    case 'header':
      return textOf(block['text']);
    case 'context':
      return (block['elements'] as Node[]).map(textOf).join(' ');
    case 'actions':
      return (block['elements'] as Node[]).map(readElement).join(' ');
    case 'rich_text':
      return (block['elements'] as Node[]).map(readRich).join('\n');
    case 'input':
      return `${textOf(block['label'])}: ____`;
    default:
      throw new Error(`unread block ${String(block['type'])}`);
  }
}

function readRich(node: Node): string {
  return ((node['elements'] as Node[] | undefined) ?? [])
    .map((each) =>
      each['type'] === 'link'
        ? `${String(each['text'])} <${String(each['url'])}>`
        : each['type'] === 'user'
          ? `@${String(each['user_id'])}`
          : String(each['text'] ?? readRich(each)),
    )
    .join('');
}

function readElement(element: Node): string {
  const options = (element['options'] as Node[] | undefined)?.map((option) => textOf(option['text']));
  const words = options
    ? `${textOf(element['placeholder'])}: ${options.join(' / ')}`
    : textOf(element['text']);
  return `[${words}]`;
}

function textOf(value: unknown): string {
  return String((value as Node | undefined)?.['text'] ?? '');
}
