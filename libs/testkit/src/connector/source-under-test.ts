import type { DocumentId } from '@fumikura/model';
import type { Connector } from '@fumikura/ports';

/** An answer of the source that is not the one that was asked for. */
export interface Fault {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The connection breaks after so many bytes of the ordinary body. */
  readonly cutAfterBytes?: number;
}

/**
 * A source under test: what a person could do to it, and what its network can do. Each call resolves when the source shows
 * the change. What a source cannot do is left out, and the cases that need it are skipped by name.
 */
export interface SourceUnderTest {
  /** Makes or changes an item. */
  put(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Moves an item to another place of the source; what it is called by stays what it was, unless that is its id. */
  move?(name: string): Promise<void>;
  /** Narrows the item's readers. */
  restrict?(name: string): Promise<void>;
  /** Makes the next listing incomplete. @returns what mends it */
  breakListing?(): Promise<() => Promise<void>>;
  /**
   * The next `times` requests for items get this, instead of what was planned before; 0 plans nothing. The connector under
   * test has a clock that does not really wait.
   */
  respondNext?(fault: Fault, times: number): void;
  close(): Promise<void>;
}

export interface ConnectorCase {
  readonly connector: Connector;
  readonly source: SourceUnderTest;
  readonly idOf: (name: string) => DocumentId;
  /** Where the item is found after `move`; default the same id. */
  readonly movedIdOf?: (name: string) => DocumentId;
  /** Credentials the connector was given: they may turn up nowhere. */
  readonly secrets?: readonly string[];
  /** Lines the connector has logged so far. */
  readonly logged?: () => readonly string[];
}
