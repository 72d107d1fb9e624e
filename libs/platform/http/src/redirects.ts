import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { AppError } from '@fumikura/errors';

const PRIVATE = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['224.0.0.0', 3],
] as const)
  PRIVATE.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  PRIVATE.addSubnet(net, prefix, 'ipv6');

/** Headers that belong to one origin and never follow a redirect to another. */
export const CREDENTIAL_HEADERS = [
  'authorization',
  'cookie',
  'proxy-authorization',
  'x-atlassian-token',
  'atl-confluence-with-admin-key',
];

/**
 * Where an answer sends us. A source must not make us read our own network: an address inside is refused unless the
 * source itself, as configured, lives there.
 * @throws AppError SOURCE_REDIRECT_REFUSED (permission)
 */
export async function redirectTarget(from: URL, location: string, home: URL): Promise<URL> {
  const refuse = (why: string) =>
    new AppError('SOURCE_REDIRECT_REFUSED', 'permission', `${from.origin} redirects to ${why}`, {
      publicMessage: 'The source redirected to an address that is not allowed.',
    });
  const target = URL.parse(location, from.href);
  if (!target) throw refuse('something that is no address');
  if (target.protocol !== 'https:' && target.protocol !== home.protocol)
    throw refuse(`${target.protocol}//, which is not encrypted`);
  if (target.hostname !== home.hostname && (await isInside(target)) && !(await isInside(home)))
    throw refuse(`${target.host}, an address of the inner network`);
  return target;
}

async function isInside({ hostname }: URL): Promise<boolean> {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host)) return isPrivateAddress(host);
  // A name that cannot be resolved is met again as a failed connection.
  const addresses = await lookup(host, { all: true }).catch(() => []);
  return addresses.some(({ address }) => isPrivateAddress(address));
}

function isPrivateAddress(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const plain = mapped ?? address;
  return PRIVATE.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}
