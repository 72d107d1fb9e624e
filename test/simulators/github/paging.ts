import { createHash } from 'node:crypto';
import type { SimulatedAnswer, SimulatedRequest } from '../kit/simulator.ts';
import type { SimulatedRepository } from './world.ts';

/** A page with its links; after a rename and behind the number form they are of the number form. */
export function page(
  api: string,
  { url }: SimulatedRequest,
  basePath: string,
  all: readonly unknown[],
  wrap: (page: readonly unknown[]) => unknown = (part) => part,
  repository?: SimulatedRepository,
): SimulatedAnswer {
  const size = Math.min(Number(url.searchParams.get('per_page') ?? 30), 100);
  const number = Number(url.searchParams.get('page') ?? 1);
  const last = Math.max(1, Math.ceil(all.length / size));
  const path = url.pathname.slice(basePath.length);
  const base = repository
    ? `${api}/repositories/${repository.id}${path.replace(/^\/repos\/[^/]+\/[^/]+|^\/repositories\/\d+/u, '')}`
    : `${api}${path}`;
  const link = (to: number, rel: string) => {
    const query = new URLSearchParams(url.searchParams);
    query.set('page', String(to));
    return `<${base}?${query.toString()}>; rel="${rel}"`;
  };
  const links = [
    ...(number < last ? [link(number + 1, 'next'), link(last, 'last')] : []),
    ...(number > 1 ? [link(1, 'first'), link(number - 1, 'prev')] : []),
  ];
  return {
    status: 200,
    ...(links.length > 0 && { headers: { link: links.join(', ') } }),
    body: wrap(all.slice((number - 1) * size, number * size)),
  };
}

/** The tag is of the content and of the token: another token of the same app gets the whole answer again. */
export function tagged(
  answer: SimulatedAnswer,
  token: string,
  { headers, method }: SimulatedRequest,
): SimulatedAnswer {
  if (answer.status !== 200 || method !== 'GET') return answer;
  const links = answer.headers?.link ?? '';
  const etag = `W/"${createHash('sha256')
    .update(`${token}${links}${JSON.stringify(answer.body)}`)
    .digest('hex')}"`;
  if (headers['if-none-match'] === etag) return { status: 304, headers: { etag } };
  return { ...answer, headers: { ...answer.headers, etag } };
}
