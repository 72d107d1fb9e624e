import type { Embedder } from '@fumikura/ports';

/** Of different worlds; no two of them are about the same thing. */
const UNRELATED = [
  'The invoice for office furniture is due at the end of the month.',
  'Penguins huddle together to keep warm during the winter storms.',
  'The compiler reports an unused variable in line twelve.',
  'Whisk the egg whites until stiff peaks form.',
  'The striker scored twice in the second half of the final.',
  'Tectonic plates move a few centimetres every year.',
];
/** Models whose unrelated texts are nearer than this leave no room below for what is relevant. */
const NARROW_FROM = 0.4;

/** How far a model's cosines spread, by what unrelated sentences get. */
export async function measureCosines(
  embedder: Pick<Embedder, 'embed'>,
  signal: AbortSignal,
): Promise<Embedder['cosines']> {
  const { results } = await embedder.embed(UNRELATED, { as: 'passage', signal });
  const vectors = results.flatMap((result) => ('vector' in result ? [result.vector] : []));
  const cosines = vectors.flatMap((a, at) =>
    vectors.slice(at + 1).map((b) => a.reduce((sum, value, axis) => sum + value * (b[axis] ?? 0), 0)),
  );
  const mean = cosines.reduce((sum, value) => sum + value, 0) / Math.max(1, cosines.length);
  return mean > NARROW_FROM ? 'narrow' : 'spread';
}
