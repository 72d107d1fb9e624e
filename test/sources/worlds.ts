import { connectToSharepoint, makeSharepointWorld } from './sharepoint-world.ts';
import type { Connect, MakeWorld } from './source-world.ts';

export interface SimulatedSource {
  readonly make: MakeWorld;
  readonly connect: Connect;
}

/** One line a source. */
export const WORLDS: Readonly<Record<string, SimulatedSource>> = {
  sharepoint: { make: makeSharepointWorld, connect: connectToSharepoint },
};
