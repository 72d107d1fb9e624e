import type { Config } from '@fumikura/config';
import type { Logger } from '@fumikura/logging';

const OWN_HOST = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/u;

/** A key that leaves this host unencrypted is the owner's decision, who has to know of it. */
export function tellOpenKey(stores: Config['stores'], logger: Logger): void {
  if (!stores?.index.apiKey) return;
  const { protocol, hostname } = new URL(stores.index.url);
  if (protocol !== 'http:' || OWN_HOST.test(hostname)) return;
  logger.warn('store.index.key-unencrypted', { host: hostname, remedy: 'use https in stores.index.url' });
}
