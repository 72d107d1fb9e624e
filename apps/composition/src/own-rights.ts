import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createOwnRights } from '@fumikura/access';
import type { OwnAccess, OwnRightsOf } from '@fumikura/access';
import { invalid, Secret } from '@fumikura/config';
import type { Config, ConfigProblem, SourceConfig } from '@fumikura/config';
import { createTokenExchange } from '@fumikura/exchange';
import type { ClientProof, ExchangeSettings } from '@fumikura/exchange';
import type { SourceId } from '@fumikura/model';
import type { Connector } from '@fumikura/ports';
import { connectorFor } from './connectors/registry.ts';
import type { ConnectorHost } from './connectors/registry.ts';
import { withSecrets } from './connectors/secrets.ts';

export interface InstalledOwnRights extends OwnRightsOf {
  /** @throws AppError CONFIG_INVALID (config) that names everything wrong with what is configured */
  check(): void;
  /** Whether tokens of this issuer are exchanged for any source. */
  exchanges(issuer: string): boolean;
  /** Somebody left or changed: no token that was given before is used any more. */
  clear(): void;
  close(): Promise<void>;
}

type Exchange = NonNullable<SourceConfig['exchange']>;

/** Sources that are asked with tokens of their people; nothing is read of it before somebody asks so. */
export function installOwnRights(config: Config, host: ConnectorHost): InstalledOwnRights {
  const sources = new Map(config.sources.flatMap((source) => (source.exchange ? [[source.id, source]] : [])));
  const made = new Map<string, OwnAccess & { readonly connector: Connector }>();
  const open = (id: string) => {
    const source = sources.get(id);
    if (!source?.exchange) return undefined;
    const known = made.get(id) ?? openSource(source, source.exchange, config, host);
    made.set(id, known);
    return known;
  };
  const ownRights = createOwnRights({
    accessOf: open,
    connectorOf: (source) => open(source)?.connector,
    onTrouble: (sourceId: SourceId, { code, message }) =>
      host.logger.warn('source.own-rights.failed', { sourceId, code, message }),
  });
  return {
    ...ownRights,
    check: () => {
      for (const id of sources.keys()) open(id);
    },
    exchanges: (issuer) => [...sources.values()].some(({ exchange }) => exchange?.issuer === issuer),
    clear: () => {
      for (const { exchange } of made.values()) exchange.clear();
    },
    close: async () => {
      await Promise.all([...made.values()].map(({ connector }) => connector.close?.()));
    },
  };
}

function openSource(source: SourceConfig, exchange: Exchange, config: Config, host: ConnectorHost) {
  const problems: ConfigProblem[] = [];
  const settings = settingsOf(exchange, `sources.${source.id}.exchange`, config, host, problems);
  const connector = connectorFor(source, config, host);
  if (!connector.asPerson)
    problems.push({
      path: `sources.${source.id}.exchange`,
      message: 'sources of this kind cannot be asked as their people',
    });
  if (problems.length > 0) throw invalid(config.file, problems);
  return { connector, exchange: createTokenExchange(settings), otherwise: exchange.otherwise };
}

function settingsOf(
  { clientSecret, privateKey, certificate, keyId, audiences, ...exchange }: Exchange,
  path: string,
  config: Config,
  { variables }: ConnectorHost,
  problems: ConfigProblem[],
): ExchangeSettings {
  const { audience, resource } = exchange;
  const read = (name: string, reference: unknown): Secret => {
    const place = { folder: config.folder, variables, path: `${path}.${name}` };
    const secret = withSecrets(reference, place, problems);
    return secret instanceof Secret ? secret : new Secret('');
  };
  const proof: ClientProof = privateKey
    ? {
        privateKey: read('privateKey', privateKey),
        ...(certificate !== undefined && { certificate: fileText(certificate, path, config, problems) }),
        ...(keyId !== undefined && { keyId }),
      }
    : { secret: read('clientSecret', clientSecret) };
  const asked = [audience, resource].filter((each) => each !== undefined);
  return { ...exchange, proof, audiences: audiences ?? asked };
}

function fileText(file: string, path: string, { folder }: Config, problems: ConfigProblem[]): string {
  try {
    return readFileSync(resolve(folder, file), 'utf8');
  } catch {
    problems.push({ path: `${path}.certificate`, message: `${file} cannot be read` });
    return '';
  }
}
