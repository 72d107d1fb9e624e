import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '@fumikura/logging';
import { HTTPReceiver, SocketModeReceiver } from '@slack/bolt';
import type { App, ReceiverEvent } from '@slack/bolt';
import { bridge } from './slack-logger.ts';

export type Connection =
  /** The app connects to Slack: nothing has to be reachable from outside. */
  | { readonly kind: 'socket'; readonly appToken: string }
  /** Slack connects to the app; port 0 takes a free one. */
  | { readonly kind: 'http'; readonly signingSecret: string; readonly host: string; readonly port: number };

export interface ListenOptions {
  readonly connection: Connection;
  readonly logger: Logger;
  /** Of the Web API, with a slash at its end; default Slack's. */
  readonly apiUrl?: string;
}

export interface Listening {
  /** Where Slack delivers to, when it connects to us. */
  readonly url?: string;
  /** Takes nothing more. */
  stop(): Promise<void>;
}

type OnDelivery = (event: ReceiverEvent) => Promise<void>;

/** How long Slack may take to say goodbye; the library alone would wait for half a minute. */
const GOODBYE_MS = 1_000;

/** Far above what Slack sends. */
const MAX_BODY_BYTES = 1_024 * 1_024;

/** The library holds a whole body before it looks at its signature: nobody gets to send one without an end. */
function guardDoor(server: Server): void {
  const [take] = server.listeners('request') as [
    (request: IncomingMessage, response: ServerResponse) => void,
  ];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const length = request.headers['content-length'];
    if (request.method !== 'POST' || (length !== undefined && Number(length) <= MAX_BODY_BYTES))
      return take(request, response);
    // What is left of it would be taken for the next request.
    response.writeHead(length === undefined ? 411 : 413, { connection: 'close' }).end();
  });
}

/** Takes what Slack delivers; a delivery whose work rejects is not acknowledged, and comes again, here or elsewhere. */
export function listenTo(options: ListenOptions, onDelivery: OnDelivery): Promise<Listening> {
  const { connection } = options;
  // Receivers ask nothing else of an app; its listeners would run after the acknowledgement, and be lost with the process.
  const app = { processEvent: onDelivery } as App;
  return connection.kind === 'socket'
    ? listenBySocket(connection, options, app)
    : listenByHttp(connection, options, app);
}

async function listenBySocket(
  { appToken }: Extract<Connection, { kind: 'socket' }>,
  { logger, apiUrl }: ListenOptions,
  app: App,
): Promise<Listening> {
  const clientOptions = apiUrl === undefined ? {} : { slackApiUrl: apiUrl };
  const receiver = new SocketModeReceiver({
    ...{ appToken, logger: bridge(logger), installerOptions: { clientOptions } },
    processEventErrorHandler: () => Promise.resolve(false),
  });
  receiver.init(app);
  await receiver.start();
  return {
    stop: async () => {
      const { client } = receiver;
      // Asked a second time, it does not wait any more.
      const late = setTimeout(() => void client.disconnect(), GOODBYE_MS);
      await client.disconnect();
      clearTimeout(late);
    },
  };
}

async function listenByHttp(
  { signingSecret, host, port }: Extract<Connection, { kind: 'http' }>,
  { logger }: ListenOptions,
  app: App,
): Promise<Listening> {
  const receiver = new HTTPReceiver({
    ...{ signingSecret, logger: bridge(logger), endpoints: ['/slack/events'] },
    processEventErrorHandler: ({ response }) => {
      response.writeHead(503).end();
      return Promise.resolve(false);
    },
  });
  receiver.init(app);
  const server = (await receiver.start({ host, port })) as Server;
  guardDoor(server);
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}/slack/events`,
    stop: async () => void (await receiver.stop()),
  };
}
