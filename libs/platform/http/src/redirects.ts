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
  // Addresses of version 4 in other clothes: translated, and tunnelled.
  ['64:ff9b::', 96],
  ['2002::', 16],
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  PRIVATE.addSubnet(net, prefix, 'ipv6');

/** Where machines of a cloud learn their own credentials: nobody's document lives there, wherever the source does. */
const NEVER = new BlockList();
NEVER.addSubnet('169.254.0.0', 16, 'ipv4');
NEVER.addSubnet('fe80::', 10, 'ipv6');
NEVER.addAddress('fd00:ec2::254', 'ipv6');
NEVER.addAddress('100.100.100.200', 'ipv4');

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
export async function redirectTarget(
  from: URL,
  location: string,
  home: URL,
  resolve: Resolve = systemResolve,
): Promise<URL> {
  const refuse = (why: string) =>
    new AppError('SOURCE_REDIRECT_REFUSED', 'permission', `${from.origin} redirects to ${why}`, {
      publicMessage: 'The source redirected to an address that is not allowed.',
    });
  const target = URL.parse(location, from.href);
  if (!target) throw refuse('something that is no address');
  if (target.protocol !== 'https:' && target.protocol !== home.protocol)
    throw refuse(`${target.protocol}//, which is not encrypted`);
  if (target.hostname === home.hostname) return target;
  const why = await whyInner(target.host, await addressesOf(target, resolve), home, resolve);
  if (why !== undefined) throw refuse(why);
  return target;
}

/**
 * For an address that is written beside its home: it may lie in the inner network where its home does, and never where machines of a
 * cloud keep their credentials.
 * @throws AppError SOURCE_REDIRECT_REFUSED (permission)
 */
export async function refuseInnerAddress(target: URL, home: URL): Promise<void> {
  await refuseAddresses({ host: target.host, addresses: await addressesOf(target, systemResolve) }, home);
}

/** The same for addresses that a name stands for at this moment. @throws AppError SOURCE_REDIRECT_REFUSED (permission) */
export async function refuseAddresses(
  { host, addresses }: { readonly host: string; readonly addresses: readonly string[] },
  home: URL,
  resolve: Resolve = systemResolve,
): Promise<void> {
  const why = await whyInner(host, addresses, home, resolve);
  if (why !== undefined) throw new AppError('SOURCE_REDIRECT_REFUSED', 'permission', `not asked: ${why}`);
}

async function whyInner(
  host: string,
  addresses: readonly string[],
  home: URL,
  resolve: Resolve,
): Promise<string | undefined> {
  if (addresses.some((address) => isIn(NEVER, address)))
    return `${host}, where machines keep their credentials`;
  const isInside = (each: string) => isIn(PRIVATE, each);
  if (addresses.some(isInside) && !(await addressesOf(home, resolve)).some(isInside))
    return `${host}, an address of the inner network`;
  return undefined;
}

/** Every address that a name stands for. One that cannot be resolved is met again as a failed connection. */
async function addressesOf({ hostname }: URL, resolve: Resolve): Promise<readonly string[]> {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host)) return [host];
  return resolve(host);
}

/** Every address of a name; none for one that is unknown. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

const systemResolve: Resolve = async (hostname) => {
  const found = await lookup(hostname, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
};

function isIn(list: BlockList, address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const plain = mapped ?? address;
  return list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}
