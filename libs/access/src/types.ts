import type { SubjectToken } from '@fumikura/exchange';
import type { PersonId } from '@fumikura/model';
import type { AccessFilter } from '@fumikura/ports';

/** Turns an identified person into the AccessFilter of this moment. */
export interface Access {
  /**
   * Cached by person, for as long as the versions of lists and directory stand; one query of the catalog when nothing changed. A person
   * nobody configured gets a filter that admits nothing. With what they signed in with, sources can be asked as themselves.
   */
  filterFor(person: PersonId, credential?: SubjectToken): Promise<AccessFilter>;
}
