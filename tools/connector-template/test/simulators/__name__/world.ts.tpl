/** The system in memory: people, groups, what there is, and who may read it. */
export interface __Name__World {
  readonly items: Map<string, { text: string; readers: readonly string[] }>;
}

export function emptyWorld(): __Name__World {
  return { items: new Map() };
}
