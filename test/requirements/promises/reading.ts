import type { Promises } from '../sources.ts';

/** What is read from sources and kept. */
export const READING: Promises = {
  sync: {
    'sync.access.resume': 'Readers that broke off are read on, and from the start when that is long ago.',
    'sync.jobs': 'How each pass of a source went last outlives the process and is seen by all.',
    'sync.requests': 'What is asked for is read once and soon, also in the middle of a long reading.',
    'sync.access.between':
      'Readers that are asked for are read between two batches of a long reading, and nothing older comes after them.',
    'sync.large': 'A large file goes through a temporary file, not through memory, on its way to its parser.',
    'sync.read-ahead':
      'Contents are read ahead within a bound, and a failure among them is that of its item.',
    'schedule.bad': 'A schedule that is none is told with what is allowed.',
    'schedule.catch-up': 'What was missed while nothing ran is done once.',
    'schedule.quiet': 'In quiet hours no content is read by the clock; readers are.',
    'schedule.fair': 'Each source gets its turn.',
    'schedule.no-overlap': 'A source is never read twice at once, and others are read meanwhile.',
    'schedule.request': 'What a webhook names is read at once.',
    'schedule.watch':
      'What a source tells is read, also when it is told while the catalog is away or while nobody watches.',
    'schedule.failure': 'What failed is told and tried again later; everything else goes on.',
    'webhook.taken': 'What a delivery asks for is durable before it is answered.',
    'webhook.replayed': 'A delivery counts once.',
    'webhook.forged': 'A delivery that proves nothing asks for nothing, and is seen.',
    'webhook.large': 'Deliveries are read up to a limit.',
    'webhook.broken': 'A delivery that cannot be kept is answered so that it comes again.',
    'sync.unchanged': 'Unchanged content is not parsed again.',
    'sync.acl-only': 'A change of readers or times alone touches no text.',
    'sync.dead-letters': 'What cannot be read is a dead letter with reason and remedy, tried again later.',
    'sync.named-failures': 'Failures are shown to the person who syncs.',
    'sync.guard':
      'A run that would remove more than a fifth stops and asks; a listing that failed removes nothing.',
    'sync.budget': 'A run that fails too often stops and keeps what is indexed.',
    'sync.lease': 'One holder has a source; a lease that ran out goes to the next.',
    'sync.cancel': 'A run stops at any moment and goes on from there.',
    'sync.dry-run': 'A dry run writes nothing.',
    'sync.one-transaction': 'Document, readers, index and checkpoint become visible together or not at all.',
    'sync.repeat': 'A repeated batch does no harm.',
    'sync.crash': 'A writer killed at any moment loses nothing acknowledged and shows nothing half.',
    'content.limits': 'Size, time, memory and unpacking of a file are bounded.',
  },
  vectors: {
    'models.pull':
      'A model fetched by name is exactly the pinned bytes, or is refused; without a network it says what to do.',
    'models.damaged': 'A model folder that is incomplete, damaged or changed is refused, and the file named.',
    'embed.once':
      'Nothing is embedded twice: not the same words elsewhere, not after a restart, not for an index made anew.',
    'embed.killed':
      'A process that dies while it embeds loses no vector it had paid for, and the next one goes on.',
    'embed.budget': "A day's budget for vectors is kept, and the work goes on the next day.",
    'embed.pause': 'A pause of the vectors holds in every process.',
    'embed.fallback': 'Without its embedder a search is answered by words, and says so.',
    'embed.culprit': 'A text that an embedder refuses costs its neighbours nothing and is counted.',
  },
};
