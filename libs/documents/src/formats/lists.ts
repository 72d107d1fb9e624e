import type { Block } from '@fumikura/model';
import { least } from './extent.ts';

/** One item as a document shows it. */
export interface LabelledItem {
  readonly text: string;
  /** Nesting, 0 for the outermost. */
  readonly depth: number;
  /** What stands before the text ("2.", "(a)", "第1条"); undefined for a bullet. */
  readonly label?: string | undefined;
}

/**
 * A list block. When every label is what counting from 1 gives, the list is ordered and the labels go without saying;
 * else they are part of the text, since people cite them ("第3条", "(b)").
 */
export function listBlock(items: readonly LabelledItem[]): Block {
  const lowest = least(items.map(({ depth }) => depth));
  const ordered = items.every(followsCount(lowest));
  return {
    type: 'list',
    ordered,
    items: items.map(({ text, depth, label }) => ({
      text: ordered || label === undefined || label === '' ? text : `${label} ${text}`,
      depth: depth - lowest,
    })),
  };
}

function followsCount(lowest: number): (item: LabelledItem) => boolean {
  const counts: number[] = [];
  return ({ depth, label }) => {
    const level = depth - lowest;
    counts.length = level + 1;
    counts[level] = (counts[level] ?? 0) + 1;
    return label !== undefined && /^\d+[.)]?$/u.test(label) && Number.parseInt(label, 10) === counts[level];
  };
}
