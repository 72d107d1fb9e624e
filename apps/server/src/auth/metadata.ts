import { plainText } from '../answers.ts';
import { PROOF_ALGORITHMS } from './dpop.ts';
import type { IssuerMetadata } from './issuer-metadata.ts';
import type { IssuerSettings } from './types.ts';

const RESOURCE = '/.well-known/oauth-protected-resource';
const ISSUER = '/.well-known/oauth-authorization-server';

export interface MetadataOptions {
  readonly publicUrl: string;
  readonly paths: readonly string[];
  readonly readScope: string;
  readonly prefix: string;
  readonly issuers: readonly { readonly settings: IssuerSettings; readonly metadata: IssuerMetadata }[];
}

/**
 * RFC 9728 for each of our paths (and at the root, for the first), and for clients of before 2025-06 a mirror of the
 * first issuer's own metadata.
 */
export async function metadataResponse(
  request: Request,
  { publicUrl, paths, readScope, prefix, issuers }: MetadataOptions,
): Promise<Response | undefined> {
  const { pathname } = new URL(request.url);
  if (!pathname.startsWith(RESOURCE) && !pathname.startsWith(ISSUER)) return undefined;
  if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: CORS });
  if (request.method !== 'GET')
    return new Response(null, { status: 405, headers: { allow: 'GET, OPTIONS' } });
  const path = pathname.slice(pathname.startsWith(RESOURCE) ? RESOURCE.length : ISSUER.length);
  if (path !== '' && !paths.includes(path)) return plainText(404, 'Not found.');
  if (pathname.startsWith(ISSUER)) return mirror(issuers[0]?.metadata);
  return json({
    resource: `${publicUrl}${path === '' ? (paths[0] ?? '') : path}`,
    authorization_servers: issuers.map(({ settings }) => settings.issuer),
    scopes_supported: [`${prefix}${readScope}`],
    bearer_methods_supported: ['header'],
    dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
    resource_name: 'Fumikura',
  });
}

async function mirror(metadata: IssuerMetadata | undefined): Promise<Response> {
  const value = await metadata?.read().catch(() => undefined);
  return value ? json(value) : plainText(404, 'Not found.');
}

/** Public documents, asked for by clients in browsers too. */
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, OPTIONS',
  'access-control-allow-headers': '*',
};

function json(value: unknown): Response {
  return Response.json(value, { headers: { ...CORS, 'cache-control': 'public, max-age=300' } });
}
