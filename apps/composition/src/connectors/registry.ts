import { invalid } from '@fumikura/config';
import type { Config, ConfigProblem, SourceConfig } from '@fumikura/config';
import { AppError, invalidInput } from '@fumikura/errors';
import type { AnswerFact } from '@fumikura/http';
import type { Logger } from '@fumikura/logging';
import type { Connector, SourceSetup } from '@fumikura/ports';
import {
  confluenceConfigSchema,
  confluenceSetup,
  createConfluenceConnector,
} from '@fumikura/connector-confluence';
import { createGithubConnector, githubConfigSchema, githubSetup } from '@fumikura/connector-github';
import { createJiraConnector, jiraConfigSchema, jiraSetup } from '@fumikura/connector-jira';
import {
  createSharepointConnector,
  sharepointConfigSchema,
  sharepointSetup,
} from '@fumikura/connector-sharepoint';
import { filesConnector } from './files.ts';
import { watchQuota } from './quota.ts';
import { withSecrets } from './secrets.ts';
import type { Variables } from './secrets.ts';

export interface ConnectorHost {
  readonly logger: Logger;
  /** Of the process, for secrets that lie there. */
  readonly variables: Variables;
}

type Make = (source: SourceConfig, config: Config, host: ConnectorHost) => Connector;

interface Kind {
  readonly make: Make;
  /** What is told and asked when one is added. */
  readonly setup?: SourceSetup;
}

/** One line a kind of source. */
const CONNECTORS: Readonly<Record<string, Kind>> = {
  confluence: remote(confluenceConfigSchema, createConfluenceConnector, confluenceSetup),
  files: { make: filesConnector },
  github: remote(githubConfigSchema, createGithubConnector, githubSetup),
  jira: remote(jiraConfigSchema, createJiraConnector, jiraSetup),
  sharepoint: remote(sharepointConfigSchema, createSharepointConnector, sharepointSetup),
};

/** Kinds of sources that can be configured. */
export const CONNECTOR_KINDS = Object.keys(CONNECTORS);

/** Whether sources of its kind are behind a network, with a search of their own. */
export function canSearchLive(source: string): boolean {
  return CONNECTORS[source.slice(0, source.indexOf(':'))]?.setup !== undefined;
}

/** @throws AppError CONFIG_INVALID (config) that names every problem of all these sources at once */
export function connectorsFor(
  sources: readonly SourceConfig[],
  config: Config,
  host: ConnectorHost,
): Connector[] {
  const problems: ConfigProblem[] = [];
  const connectors = sources.flatMap((source) => {
    try {
      return [connectorFor(source, config, host)];
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'CONFIG_INVALID') throw error;
      problems.push(...(error.details['problems'] as readonly ConfigProblem[]));
      return [];
    }
  });
  if (problems.length > 0) throw invalid(config.file, problems);
  return connectors;
}

/** @throws AppError CONFIG_INVALID (config) that names every problem of the source */
export function connectorFor(source: SourceConfig, config: Config, host: ConnectorHost): Connector {
  const kind = source.id.slice(0, source.id.indexOf(':'));
  const make = CONNECTORS[kind]?.make;
  // When a source is read and asked is not its connector's matter.
  const { schedules: _schedules, lateCheck: _lateCheck, exchange: _exchange, ...own } = source;
  if (make) return make(own, config, host);
  const message = `there is no connector "${kind}"; there are: ${CONNECTOR_KINDS.join(', ')}`;
  throw invalid(config.file, [{ path: `sources.${source.id}`, message }]);
}

/** @throws AppError INVALID_ARGUMENT (invalid-input) for a kind that is not set up by questions */
export function setupOf(kind: string): SourceSetup {
  const setup = CONNECTORS[kind]?.setup;
  if (setup) return setup;
  throw invalidInput(
    'INVALID_ARGUMENT',
    `There is no kind of source "${kind}". There are: ${CONNECTOR_KINDS.join(', ')}.`,
  );
}

interface Schema<C> {
  safeParse(value: unknown):
    | { readonly success: true; readonly data: C }
    | {
        readonly success: false;
        readonly error: {
          readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
        };
      };
}

/** A source behind a network: its secrets are fetched from where they lie, everything else is its schema's. */
function remote<C>(
  schema: Schema<C>,
  create: (config: C, deps: { logger: Logger; onAnswer: (fact: AnswerFact) => void }) => unknown,
  setup: SourceSetup,
): Kind {
  const make: Make = (source, config, { logger, variables }) => {
    const problems: ConfigProblem[] = [];
    const path = `sources.${source.id}`;
    const parsed = schema.safeParse(
      withSecrets(source, { path, folder: config.folder, variables }, problems),
    );
    // A secret that could not be read is one problem, not two.
    if (problems.length === 0 && !parsed.success)
      for (const issue of parsed.error.issues)
        problems.push({ path: [path, ...issue.path.map(String)].join('.'), message: issue.message });
    if (problems.length > 0 || !parsed.success) throw invalid(config.file, problems);
    const quota = watchQuota();
    return quota.told(create(parsed.data, { logger, onAnswer: quota.onAnswer }) as Connector);
  };
  return { make, setup };
}
