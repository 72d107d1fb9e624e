import { blockFaults, viewFaults } from './block-limits.ts';
import type { Arguments } from './documented.ts';
import type { Installation, SlackChannel, SlackWorld } from './world.ts';

export type Answer = Readonly<Record<string, unknown>> & { readonly ok: boolean };

/** A method of the Web API as an app of one workspace calls it. */
export interface Call {
  readonly world: SlackWorld;
  readonly installation: Installation;
  readonly args: Arguments;
}

export interface Method {
  readonly scope?: string;
  readonly answer: (call: Call) => Answer;
}

export type Methods = Readonly<Record<string, Method>>;

export const PAGE = 100;

export class SlackRefusal extends Error {}

export function refuse(code: string): never {
  throw new SlackRefusal(code);
}

export function memberChannel({ world, installation, args }: Call): SlackChannel {
  const channel = world.channels.get(String(args['channel'])) ?? refuse('channel_not_found');
  const isReachable = channel.kind === 'im' || channel.members.has(installation.botUser);
  if (!isReachable) refuse(channel.kind === 'private' ? 'channel_not_found' : 'not_in_channel');
  if (channel.isArchived) refuse('is_archived');
  return channel;
}

export function judged(value: unknown, before = 0): readonly unknown[] {
  if (value === undefined) return [];
  const blocks = json(value) as unknown[];
  const faults = blockFaults(blocks, { kind: 'message' });
  if (before + blocks.length > 50) faults.push(`${before + blocks.length} blocks`);
  if (faults.length > 0) throw new SlackRefusal('invalid_blocks', { cause: faults });
  return blocks;
}

export function judgedView(args: Arguments): Readonly<Record<string, unknown>> {
  const view = json(args['view']) as Record<string, unknown>;
  const faults = viewFaults(view);
  if (faults.length > 0) throw new SlackRefusal('invalid_arguments', { cause: faults });
  return view;
}

export function json(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return refuse('invalid_json');
  }
}
