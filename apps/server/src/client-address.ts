import { BlockList, isIP } from 'node:net';
import { AppError } from '@fumikura/errors';

/** From the peer of a connection and its `X-Forwarded-For` to the address that asks. */
export type AddressOf = (peer: string, forwarded: string | undefined) => string;

/**
 * What proxies say is believed of those that are named, and only up to the first that is not: everything further left was
 * written by whoever asked.
 * @param proxies addresses, or networks as `10.0.0.0/8`
 * @throws AppError CONFIG_INVALID (config)
 */
export function addressesBehind(proxies: readonly string[]): AddressOf {
  const trusted = new BlockList();
  for (const proxy of proxies) addTo(trusted, proxy);
  const isTrusted = (address: string) => {
    const family = isIP(address);
    return family !== 0 && trusted.check(address, family === 6 ? 'ipv6' : 'ipv4');
  };
  return (peer, forwarded) => {
    let address = plain(peer);
    const hops = (forwarded ?? '').split(',').map((hop) => plain(hop.trim()));
    while (hops.length > 0 && isTrusted(address)) {
      const next = hops.pop() ?? '';
      // What is no address was written by nobody we trust: the last that we know counts.
      if (isIP(next) === 0) break;
      address = next;
    }
    return address;
  };
}

function addTo(list: BlockList, proxy: string): void {
  const [address = '', prefix] = proxy.split('/');
  const family = isIP(address);
  const type = family === 6 ? 'ipv6' : 'ipv4';
  const bits = prefix === undefined ? undefined : Number(prefix);
  const isNetwork =
    bits === undefined || (Number.isInteger(bits) && bits >= 0 && bits <= (family === 6 ? 128 : 32));
  if (family === 0 || !isNetwork || prefix === '') throw noProxy(proxy);
  if (bits === undefined) list.addAddress(address, type);
  else list.addSubnet(address, bits, type);
}

/** An address of version 4 that came over a socket of version 6 is the same address. */
function plain(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/iu.exec(address)?.[1] ?? address;
}

function noProxy(proxy: string): AppError {
  const message = `server.trustedProxies: "${proxy}" is neither an address nor a network like 10.0.0.0/8.`;
  return new AppError('CONFIG_INVALID', 'config', message, { publicMessage: message });
}
