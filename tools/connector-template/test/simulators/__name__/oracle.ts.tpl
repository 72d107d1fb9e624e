import type { __Name__World } from './world.ts';

/** Whether a person may read an item, by the system's own rules; shares nothing with the connector. */
export function mayRead(world: __Name__World, person: string, item: string): boolean {
  return world.items.get(item)?.readers.includes(person) ?? false;
}
