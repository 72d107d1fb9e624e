import { BlockList, isIP } from 'node:net';
import { AppError } from '@fumikura/errors';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Names by which a browser or client on this machine reaches a loopback address, as Host and Origin write them. */
export const LOOPBACK_NAMES: readonly string[] = ['127.0.0.1', 'localhost', '[::1]'];

export function isLoopback(address: string): boolean {
  const version = isIP(address);
  return version !== 0 && LOOPBACK.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

/** @throws AppError ADDRESS_NOT_ALLOWED (config) for any address that others on the network could reach */
export function requireLoopback(host: string): void {
  if (host === 'localhost' || isLoopback(host)) return;
  throw addressNotAllowed(host);
}

export function addressNotAllowed(host: string): AppError {
  return new AppError('ADDRESS_NOT_ALLOWED', 'config', `refused to listen on ${host}`, {
    publicMessage: `Fumikura listens on 127.0.0.1, localhost or ::1 only: without sign-in, any other address ("${host}") would let everybody on the network ask as you.`,
  });
}
