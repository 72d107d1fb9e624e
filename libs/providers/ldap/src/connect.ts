import { connect as connectPlain, isIP } from 'node:net';
import { checkServerIdentity, connect as connectSecure } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { AppError } from '@fumikura/errors';
import { Client } from 'ldapts';
import type { LdapOptions } from './config.ts';

/**
 * A bound connection, encrypted unless it stays on this machine. It never connects a second time: what the client library would
 * ask there, it would ask as nobody.
 */
export async function connectLdap(options: LdapOptions): Promise<Client> {
  const { url, startTls, ca, bindDn, password, timeoutMs } = options;
  const { protocol, hostname } = new URL(url);
  const bare = hostname.replace(/^\[|\]$/gu, '');
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  if (protocol === 'ldap:' && !startTls && !isLoopback) throw notEncrypted(url);
  const tls: ConnectionOptions = {
    // Named here, because a connection that is encrypted afterwards would be compared with "localhost".
    checkServerIdentity: (_name, certificate) => checkServerIdentity(bare, certificate),
    // Only names are told to the server.
    ...(isIP(bare) === 0 && { servername: hostname }),
    minVersion: 'TLSv1.2',
    ...(ca !== undefined && { ca }),
  };
  let connections = 0;
  const once = <T extends (...args: never[]) => unknown>(connect: T): T =>
    ((...args: Parameters<T>) => {
      if (++connections > 1) throw new Error('the connection broke off');
      return connect(...args);
    }) as T;
  const client = new Client({
    url,
    timeout: timeoutMs,
    connectTimeout: timeoutMs,
    strictDN: false,
    ...(protocol === 'ldaps:'
      ? { tlsOptions: tls, createSecureConnection: once(connectSecure) }
      : { createConnection: once(connectPlain) }),
  });
  try {
    if (startTls && protocol === 'ldap:') await client.startTLS(tls);
    if (bindDn !== undefined) await client.bind(bindDn, password?.reveal() ?? '');
    return client;
  } catch (error) {
    await client.unbind().catch(() => undefined);
    throw error;
  }
}

function notEncrypted(url: string): AppError {
  return new AppError('CONFIG_INVALID', 'config', `${url} is not encrypted`, {
    publicMessage: `${url}: use ldaps://, or startTls: true. Only this machine itself is asked in the clear.`,
  });
}
