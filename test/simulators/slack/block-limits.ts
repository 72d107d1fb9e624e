/**
 * What Slack refuses of a message or view, by the published limits of Block Kit: every breach by its path. Kinds that it
 * does not name are refused, so that nothing goes unjudged.
 */
type Node = Readonly<Record<string, unknown>>;

export interface Surface {
  readonly kind: 'message' | 'modal' | 'home';
}

const MAX_BLOCKS = { message: 50, modal: 100, home: 100 };
const ID = 255;
const URL_LENGTH = 3_000;
const OPTION_TEXT = 75;
const STYLES = new Set(['primary', 'danger']);

export function blockFaults(blocks: unknown, { kind }: Surface): string[] {
  if (!Array.isArray(blocks)) return ['blocks: not a list'];
  const faults: string[] = [];
  if (blocks.length > MAX_BLOCKS[kind]) faults.push(`blocks: ${blocks.length}, at most ${MAX_BLOCKS[kind]}`);
  const ids = new Set<string>();
  for (const [index, block] of (blocks as Node[]).entries()) {
    const path = `blocks[${index}]`;
    const id = block['block_id'];
    if (typeof id === 'string') {
      if (ids.has(id)) faults.push(`${path}.block_id: twice`);
      ids.add(id);
      length(faults, `${path}.block_id`, id, 1, ID);
    }
    const actions = actionIds(block);
    for (const each of new Set(actions.filter((id, at) => actions.indexOf(id) !== at)))
      faults.push(`${path}: action_id ${each} twice`);
    const check = BLOCKS[String(block['type'])];
    if (check) check(faults, path, block);
    else faults.push(`${path}: kind ${String(block['type'])} is not known`);
  }
  return faults;
}

type Check = (faults: string[], path: string, node: Node) => void;

const BLOCKS: Readonly<Record<string, Check>> = {
  divider: () => undefined,
  header: (faults, path, { text }) => textObject(faults, `${path}.text`, text, 150, 'plain_text'),
  section: (faults, path, node) => {
    if (node['text'] === undefined && node['fields'] === undefined)
      faults.push(`${path}: neither text nor fields`);
    if (node['text'] !== undefined) textObject(faults, `${path}.text`, node['text'], 3_000);
    for (const [index, field] of list(faults, `${path}.fields`, node['fields'], 0, 10).entries())
      textObject(faults, `${path}.fields[${index}]`, field, 2_000);
    if (node['accessory'] !== undefined) element(faults, `${path}.accessory`, node['accessory'] as Node);
  },
  context: (faults, path, { elements }) => {
    for (const [index, each] of list(faults, `${path}.elements`, elements, 1, 10).entries())
      textObject(faults, `${path}.elements[${index}]`, each, 3_000);
  },
  actions: (faults, path, { elements }) => {
    for (const [index, each] of list(faults, `${path}.elements`, elements, 1, 25).entries())
      element(faults, `${path}.elements[${index}]`, each as Node);
  },
  input: (faults, path, { label, hint, element: inner }) => {
    textObject(faults, `${path}.label`, label, 2_000, 'plain_text');
    if (hint !== undefined) textObject(faults, `${path}.hint`, hint, 2_000, 'plain_text');
    element(faults, `${path}.element`, inner as Node);
  },
  rich_text: (faults, path, { elements }) => {
    for (const [index, each] of list(faults, `${path}.elements`, elements, 1, 1_000).entries())
      richText(faults, `${path}.elements[${index}]`, each as Node);
  },
};

function richText(faults: string[], path: string, node: Node): void {
  const kind = String(node['type']);
  if (!['rich_text_section', 'rich_text_list', 'rich_text_quote', 'rich_text_preformatted'].includes(kind)) {
    faults.push(`${path}: kind ${kind} is not known`);
    return;
  }
  for (const [index, each] of list(faults, `${path}.elements`, node['elements'], 1, 1_000).entries()) {
    const inner = each as Node;
    const at = `${path}.elements[${index}]`;
    if (kind === 'rich_text_list') richText(faults, at, inner);
    else if (inner['type'] === 'text') length(faults, `${at}.text`, inner['text'], 1, 12_000);
    else if (inner['type'] === 'link') {
      address(faults, `${at}.url`, inner['url']);
      if (inner['text'] !== undefined) length(faults, `${at}.text`, inner['text'], 1, 3_000);
    } else if (inner['type'] !== 'user' && inner['type'] !== 'emoji')
      faults.push(`${at}: kind ${String(inner['type'])} is not known`);
  }
}

function element(faults: string[], path: string, node: Node | undefined): void {
  const check = ELEMENTS[String(node?.['type'])];
  if (!node || !check) {
    faults.push(`${path}: kind ${String(node?.['type'])} is not known`);
    return;
  }
  if (node['action_id'] !== undefined) length(faults, `${path}.action_id`, node['action_id'], 1, ID);
  check(faults, path, node);
}

const ELEMENTS: Readonly<Record<string, Check>> = {
  button: (faults, path, { text, value, url, style, accessibility_label: label, confirm }) => {
    textObject(faults, `${path}.text`, text, 75, 'plain_text');
    if (value !== undefined) length(faults, `${path}.value`, value, 1, 2_000);
    if (url !== undefined) address(faults, `${path}.url`, url);
    if (style !== undefined && !STYLES.has(String(style))) faults.push(`${path}.style: ${String(style)}`);
    if (label !== undefined) length(faults, `${path}.accessibility_label`, label, 1, 75);
    if (confirm !== undefined) confirmation(faults, `${path}.confirm`, confirm as Node);
  },
  static_select: (faults, path, { placeholder, options }) => {
    if (placeholder !== undefined) textObject(faults, `${path}.placeholder`, placeholder, 150, 'plain_text');
    for (const [index, option] of list(faults, `${path}.options`, options, 1, 100).entries()) {
      const { text, value } = option as Node;
      textObject(faults, `${path}.options[${index}].text`, text, OPTION_TEXT, 'plain_text');
      length(faults, `${path}.options[${index}].value`, value, 1, 150);
    }
  },
  overflow: (faults, path, { options }) => {
    for (const [index, option] of list(faults, `${path}.options`, options, 1, 5).entries())
      textObject(
        faults,
        `${path}.options[${index}].text`,
        (option as Node)['text'],
        OPTION_TEXT,
        'plain_text',
      );
  },
  plain_text_input: (faults, path, { placeholder, max_length: max }) => {
    if (placeholder !== undefined) textObject(faults, `${path}.placeholder`, placeholder, 150, 'plain_text');
    if (max !== undefined && !(Number(max) >= 1 && Number(max) <= 3_000)) faults.push(`${path}.max_length`);
  },
};

function confirmation(faults: string[], path: string, { title, text, confirm, deny }: Node): void {
  textObject(faults, `${path}.title`, title, 100, 'plain_text');
  textObject(faults, `${path}.text`, text, 300);
  textObject(faults, `${path}.confirm`, confirm, 30, 'plain_text');
  textObject(faults, `${path}.deny`, deny, 30, 'plain_text');
}

export function viewFaults(view: Node): string[] {
  const faults: string[] = [];
  const kind = view['type'];
  if (kind !== 'modal' && kind !== 'home') return [`view: kind ${String(kind)}`];
  if (kind === 'modal') textObject(faults, 'view.title', view['title'], 24, 'plain_text');
  for (const name of ['submit', 'close'])
    if (view[name] !== undefined) textObject(faults, `view.${name}`, view[name], 24, 'plain_text');
  if (view['private_metadata'] !== undefined)
    length(faults, 'view.private_metadata', view['private_metadata'], 0, 3_000);
  if (view['callback_id'] !== undefined) length(faults, 'view.callback_id', view['callback_id'], 1, ID);
  return [...faults, ...blockFaults(view['blocks'], { kind })];
}

function textObject(faults: string[], path: string, value: unknown, max: number, only?: 'plain_text'): void {
  const { type, text } = (value ?? {}) as Node;
  if (type !== 'plain_text' && (only || type !== 'mrkdwn')) faults.push(`${path}.type: ${String(type)}`);
  length(faults, `${path}.text`, text, 1, max);
}

function length(faults: string[], path: string, value: unknown, min: number, max: number): void {
  if (typeof value !== 'string') faults.push(`${path}: not a text`);
  else if (value.length < min || value.length > max)
    faults.push(`${path}: ${value.length} characters, ${min} to ${max}`);
}

function list(faults: string[], path: string, value: unknown, min: number, max: number): readonly unknown[] {
  if (value === undefined && min === 0) return [];
  if (!Array.isArray(value)) {
    faults.push(`${path}: not a list`);
    return [];
  }
  if (value.length < min || value.length > max) faults.push(`${path}: ${value.length}, ${min} to ${max}`);
  return value as unknown[];
}

function address(faults: string[], path: string, value: unknown): void {
  length(faults, path, value, 1, URL_LENGTH);
  if (!/^(https?|slack):\/\/\S+$/u.test(String(value))) faults.push(`${path}: not an address`);
}

function actionIds(block: Node): string[] {
  const inner = [
    block['accessory'],
    block['element'],
    ...((block['elements'] as unknown[] | undefined) ?? []),
  ];
  return (inner as (Node | undefined)[])
    .map((each) => each?.['action_id'])
    .filter((each): each is string => typeof each === 'string');
}
