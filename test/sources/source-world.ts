import type { DocumentId, JsonValue, Principal } from '@fumikura/model';
import type { Connector } from '@fumikura/ports';
import type { Simulator } from '../simulators/kit/simulator.ts';

/** Numbers in [0, 1), repeatable by its seed. */
export type Random = () => number;

/**
 * A simulated system with people and items in it, and with a judge that shares no code with the connector: who may read
 * what is decided by the source's own rules on the source's own data.
 */
export interface SourceWorld {
  readonly simulator: Simulator;
  /** A new connector to it, as configured for a sync account with the rights this world grants it. */
  connector(): Connector;
  /** What another process needs to make such a connector. */
  readonly connection: JsonValue;
  /** Everybody who could ask, by the principal of their account in the source; strangers and left people too. */
  people(): readonly Principal[];
  /** Everything that a complete sync would index now, readable by somebody or not. */
  items(): readonly DocumentId[];
  /** The oracle. Slow and direct; `anyone` is somebody without an account. */
  mayRead(person: Principal, item: DocumentId): boolean;
  /**
   * Why the API does not tell our account the truth about this item's readers, so that it is closed to people who may
   * read it; undefined when there is no such excuse.
   */
  closedBecause(person: Principal, item: DocumentId): string | undefined;
  /** One random change that a person could make: edits, moves, removals, restrictions, memberships. Says what it was. */
  edit(random: Random): string;
  close(): Promise<void>;
}

/** A connector in another process than its world; it waits in real time. */
export type Connect = (connection: JsonValue) => Connector;

/** Worlds of different shape for different seeds; `size` is the rough number of items. */
export type MakeWorld = (seed: number, size: number) => Promise<SourceWorld>;
