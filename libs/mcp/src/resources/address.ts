import { ResourceNotFoundError, UriTemplate } from '@modelcontextprotocol/server';
import type { Variables } from '@modelcontextprotocol/server';

/**
 * `fumi://doc/{id}` and the like. Ids hold colons and slashes: addresses are written with `encodeURIComponent`, as the
 * template says, but read with slashes too, because that is how people and models write them.
 */
export class AddressTemplate extends UriTemplate {
  readonly #start: string;

  constructor(kind: 'doc' | 'source') {
    super(`fumi://${kind}/{id}`);
    this.#start = `fumi://${kind}/`;
  }

  override match(uri: string): Variables | null {
    const id = uri.slice(this.#start.length);
    return uri.startsWith(this.#start) && id !== '' ? { id } : null;
  }

  addressOf(id: string): string {
    return `${this.#start}${encodeURIComponent(id)}`;
  }

  /** A subscription is to an address as it was written. */
  spellingsOf(id: string): string[] {
    return [...new Set([this.addressOf(id), `${this.#start}${id}`])];
  }

  /** @throws ResourceNotFoundError for an address that no id can have */
  idOf(uri: string): string {
    try {
      return decodeURIComponent(uri.slice(this.#start.length));
    } catch {
      throw new ResourceNotFoundError(uri);
    }
  }
}

export const documentAddress = new AddressTemplate('doc');
export const sourceAddress = new AddressTemplate('source');
