import type { Config } from '@fumikura/config';
import type { DocumentPipeline } from '@fumikura/documents';
import { readItem } from '@fumikura/ingest';
import type { SourceId } from '@fumikura/model';
import type { OwnRightsOf } from '@fumikura/access';
import { withLiveSources } from '@fumikura/retrieval';
import type { Knowledge, LiveOptions, LiveSource } from '@fumikura/retrieval';
import type { Connector } from '@fumikura/ports';
import { canSearchLive, connectorFor } from './connectors/registry.ts';
import type { ConnectorHost } from './connectors/registry.ts';
import type { InstalledStore } from './store.ts';

export interface LiveHost extends ConnectorHost {
  readonly config: Config;
  readonly store: InstalledStore;
  readonly documents: DocumentPipeline;
  readonly maySee: LiveOptions['maySee'];
  readonly ownRights: OwnRightsOf;
}

/** Knowledge that can ask the configured sources themselves. They are opened by the first search that does. */
export function liveKnowledge(knowledge: Knowledge, host: LiveHost): Knowledge {
  const { config, store, documents, logger, maySee, ownRights } = host;
  const { enabled, breaker, ...settings } = config.search.live;
  if (!enabled) return knowledge;
  const sources = config.sources.filter(({ id }) => canSearchLive(id));
  return withLiveSources(knowledge, {
    catalog: store.catalog,
    sources: sources.map((source) => liveSource(source, host)),
    read: (document, signal) => readItem(document, documents, signal),
    maySee,
    ownRights,
    settings: { ...settings, ...breaker },
    onTrouble: (sourceId, { code, message }) =>
      logger.warn('search.live.failed', { sourceId, code, message }),
  });
}

function liveSource(source: Config['sources'][number], { config, ...host }: LiveHost): LiveSource {
  let made: Connector | undefined;
  return {
    id: source.id as SourceId,
    // One that cannot be made is tried again: what was missing may be there by then.
    connector: async () => (made ??= connectorFor(source, config, host)),
  };
}
