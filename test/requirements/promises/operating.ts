import type { Promises } from '../sources.ts';

/** Servers, stores and protocols at work. */
export const OPERATING: Promises = {
  scale: {
    'index.beside':
      'An index that was made beside is asked from one moment on, holds what was written meanwhile, and can be left again.',
    'index.other-model':
      'An index for another model is made and judged beside the one that is asked, switched to in one step and left again.',
    'recover.file': 'An installation of one file goes on from a copy of its folder.',
    'recover.catalog': 'A catalog from a backup shows what it says, whatever the index holds beyond it.',
    'recover.index': 'An index that was lost is said to be lost, and filled again from the catalog.',
    'index.other-engine':
      'Another engine is filled and judged beside the one that is asked, used instead and left again; nothing is read twice.',
    'index.other-chunks':
      'Chunks of another size are cut from what is stored while questions are answered, judged beside, and led back from; no source is read.',
    'index.chunks-agree':
      'Documents with chunks of two sizes never meet: what is configured and not made is refused, what broke off is finished first.',
    'chunks.other-size':
      'Chunks cut anew from a stored text are those that the document itself would be given.',
    'scale.any-node':
      'Any request may go to any server; a cursor goes on at another one, for its caller alone.',
    'scale.one-run':
      'However many workers there are, each source is read by one of them at a time, and once.',
    'scale.revocation': 'A personal token that was revoked counts at no server from the next request on.',
    'scale.notices': 'Who subscribed at one server hears of what another process wrote.',
    'scale.degraded': 'While the index is away, every answer says so, and documents can still be read by id.',
    'scale.closed': 'While the catalog is away everything is refused, and liveness stays what it is.',
    'scale.half-open': 'Connections whose other end is gone cost one wait, and are replaced together.',
    'scale.slow-link': 'Slow ways between processes make answers late, never wrong.',
    'scale.clock': 'A server whose clock is off gets no requests; leases run by the clock of the catalog.',
    'scale.full-disk': 'What cannot be written down is not shown; nothing that was confirmed is lost.',
    'scale.pooler':
      'Nothing is left on a connection to PostgreSQL, so that a pooler may hand it on by transaction.',
    'scale.two-versions': 'Servers of two versions work over one catalog where the newer one only adds.',
    'scale.early':
      'A process that starts before its stores says that it is starting, and comes up by itself.',
    'scale.drain': 'A server that ends says that it is not ready, finishes what is under way, and closes.',
  },
  serving: {
    'mcp.surface': 'Tools, inputs and annotations are exactly those promised.',
    'mcp.tokens': 'A page of ten hits stays below 2,000 tokens.',
    'mcp.errors': 'A failed call is a result with code and advice, never an inner message.',
    'mcp.deadline': 'A call that takes too long is ended and says so.',
    'mcp.bounds': 'Arguments out of bounds never reach the search.',
    'mcp.eras': 'Clients of both protocol eras are served over HTTP and stdio.',
    'mcp.origin': 'Foreign hosts, origins and large bodies are refused.',
  },
};
