import { askModel, modelFolder, openInstallation } from '@fumikura/composition';
import type { Installation } from '@fumikura/composition';
import type { EmbedderInput } from '@fumikura/config';
import { loadConfig, setEmbedder } from '@fumikura/config';
import { AppError, invalidInput } from '@fumikura/errors';
import type { EmbeddingStatus } from '@fumikura/ports';
import type { Context } from '../context.ts';
import { embedBacklog, requireEmbedder } from '../embedding.ts';
import type { EmbedAddOptions } from '../options.ts';
import { count, duration, safe } from '../output.ts';

/** Tokens of a chunk as the chunker aims at them; for estimates only. */
const TOKENS_PER_CHUNK = 260;
const OLLAMA = 'http://127.0.0.1:11434/v1';
const OPENAI = 'https://api.openai.com/v1';
const SHOWN_REFUSALS = 10;

export async function addEmbedderCommand(
  context: Context,
  kind: 'local' | 'openai' | 'ollama',
  model: string,
  options: EmbedAddOptions,
): Promise<void> {
  const config = await context.config();
  const made =
    kind === 'local'
      ? await localEntry(context, model, options)
      : await endpointEntry(context, kind, model, options);
  await setEmbedder(config.file, made);
  const installation = await openInstallation(await loadConfig(config.file), {
    logger: context.logger,
    mode: 'one-shot',
    variables: context.variables,
  });
  try {
    await requireEmbedder(installation).stage();
    const embedder = await requireEmbedder(installation).open();
    const status = await installation.store.embeddings.status();
    const estimate = estimateOf(status, embedder.pricePerMillionTokens);
    context.output.json({ embedder: made, fingerprint: status.fingerprint, estimate });
    context.output.line(
      `${safe(embedder.identity.model)} is the embedder now: ${embedder.identity.dimension} dimensions, ${embedder.languages?.join(', ') ?? 'every language'}.`,
    );
    context.output.line(described(estimate));
    context.output.line('Next: fumi sync, fumi up or fumi embed resume. Searches go on meanwhile.');
  } finally {
    await installation.close();
  }
}

export async function removeEmbedderCommand(context: Context): Promise<void> {
  const config = await context.config();
  requireConfigured(config.embedder);
  await setEmbedder(config.file, undefined);
  context.output.json({ embedder: null });
  context.output.line(
    'Searches compare words alone now. The vectors stay, and count again when it is added again.',
  );
}

export async function embedStatusCommand(context: Context): Promise<void> {
  const config = await context.config();
  await withInstallation(context, async (installation) => {
    const embeddings = installation.store.embeddings;
    const [status, spent, refusals] = await Promise.all([
      embeddings.status(),
      embeddings.spent(new Date().toISOString().slice(0, 10)),
      embeddings.refusals(SHOWN_REFUSALS),
    ]);
    const price = config.embedder?.kind === 'openai' ? config.embedder.pricePerMillionTokens : undefined;
    const estimate = estimateOf(status, price);
    context.output.json({
      configured: config.embedder !== undefined,
      ...status,
      spentToday: spent,
      estimate,
    });
    printStatus(context, status, estimate, config.embedder !== undefined);
    context.output.line(
      `Today: ${spent.texts.toLocaleString('en')} texts, ${spent.tokens.toLocaleString('en')} tokens${spent.usd > 0 ? `, $${spent.usd.toFixed(4)}` : ''}`,
    );
    for (const { documentId, ordinal, reason } of refusals)
      context.output.line(`  not embedded: ${safe(documentId)} chunk ${ordinal}: ${safe(reason)}`);
  });
}

export async function pauseEmbeddingCommand(context: Context): Promise<void> {
  requireConfigured((await context.config()).embedder);
  await withInstallation(context, async ({ store }) => {
    await store.embeddings.setPaused(true);
    context.output.json({ isPaused: true });
    context.output.line('Paused, in every process. Go on with: fumi embed resume');
  });
}

export async function resumeEmbeddingCommand(
  context: Context,
  { retryRefused }: { retryRefused?: boolean },
): Promise<void> {
  requireConfigured((await context.config()).embedder);
  await withInstallation(context, async (installation) => {
    const embeddings = installation.store.embeddings;
    await embeddings.setPaused(false);
    await embeddings.setProblem(undefined);
    if (retryRefused)
      context.output.line(`${count(await embeddings.retryRefused(), 'document')} wait again.`);
    const embedder = await requireEmbedder(installation).open();
    const stage = await requireEmbedder(installation).stage();
    const estimate = estimateOf(await embeddings.status(), embedder.pricePerMillionTokens);
    context.output.line(described(estimate));
    const result = await embedBacklog(context, stage);
    const { outcome, ...progress } = result;
    context.output.json({
      outcome: outcome.kind,
      ...progress,
      ...(outcome.kind === 'failed' && { error: outcome.error.code }),
    });
  });
}

interface Estimate {
  readonly chunks: number;
  readonly tokens: number;
  readonly usd?: number;
  readonly seconds?: number;
}

/** Texts embedded before cost nothing, so that it is at most so much. */
function estimateOf({ sources, rate }: EmbeddingStatus, price: number | undefined): Estimate {
  const chunks = sources.reduce((sum, { waitingChunks }) => sum + waitingChunks, 0);
  const tokens = chunks * TOKENS_PER_CHUNK;
  return {
    chunks,
    tokens,
    ...(price !== undefined && { usd: (tokens / 1e6) * price }),
    ...(rate && rate.chunksPerSecond > 0 && { seconds: Math.ceil(chunks / rate.chunksPerSecond) }),
  };
}

function described({ chunks, tokens, usd, seconds }: Estimate): string {
  if (chunks === 0) return 'Nothing waits for vectors.';
  const cost = usd === undefined ? '' : `, at most $${usd.toFixed(usd < 1 ? 4 : 2)}`;
  const time = seconds === undefined ? '' : `, about ${duration(seconds * 1_000)} at the last rate`;
  return `${count(chunks, 'chunk')} wait for vectors: about ${tokens.toLocaleString('en')} tokens${cost}${time}.`;
}

function printStatus(
  { output }: Context,
  status: EmbeddingStatus,
  estimate: Estimate,
  isConfigured: boolean,
): void {
  const { fingerprint, isPaused, sources, refusals, rate, problem } = status;
  if (!isConfigured) output.line('No embedder: words alone are compared. Add one: fumi models pull minilm');
  if (fingerprint) output.line(`Vectors of ${safe(fingerprint.model)}, ${fingerprint.dimension} dimensions`);
  output.table(
    ['source', 'chunks', 'with vectors', 'waiting'],
    sources.map(({ source, chunks, waitingChunks }) => [
      source,
      String(chunks),
      fingerprint ? String(chunks - waitingChunks) : '0',
      String(waitingChunks),
    ]),
  );
  output.line(described(estimate));
  if (isPaused) output.line('Paused. Go on with: fumi embed resume');
  if (rate) output.line(`Last rate: ${rate.chunksPerSecond} chunks/s (${rate.at})`);
  if (refusals > 0)
    output.line(`${count(refusals, 'chunk')} refused; try again with: fumi embed resume --retry-refused`);
  if (problem) output.line(`Stopped at ${problem.at}: ${safe(problem.message)}`);
}

async function localEntry(context: Context, model: string, options: EmbedAddOptions): Promise<EmbedderInput> {
  // A folder that is none is told before it reaches the configuration.
  await modelFolder(await context.config(), model);
  return {
    kind: 'local',
    model,
    ...(options.workers !== undefined && { workers: options.workers }),
    ...(options.nativeFrom !== undefined && { nativeFrom: options.nativeFrom }),
  };
}

async function endpointEntry(
  context: Context,
  kind: 'openai' | 'ollama',
  model: string,
  options: EmbedAddOptions,
): Promise<EmbedderInput> {
  const url = options.url ?? (kind === 'ollama' ? OLLAMA : OPENAI);
  if (!URL.canParse(url)) throw invalidInput('INVALID_ARGUMENT', `--url: "${url}" is no address.`);
  const keyEnv = options.keyEnv ?? (kind === 'openai' && url === OPENAI ? 'OPENAI_API_KEY' : undefined);
  const key = keyEnv === undefined ? undefined : { env: keyEnv };
  const { folder, file } = await context.config();
  const { dimensions } = options;
  const asked = await askModel(
    { url, model, ...(key && { key }), ...(dimensions !== undefined && { dimensions }) },
    { variables: context.variables, folder, file },
    context.signal,
  );
  return {
    kind: 'openai',
    url,
    model,
    dimension: asked.dimension,
    ...(asked.sendDimension && { sendDimension: true }),
    ...(key && { key }),
    ...(options.price !== undefined && { pricePerMillionTokens: options.price }),
    ...(options.tokensPerDay !== undefined && { budget: { tokensPerDay: options.tokensPerDay } }),
  };
}

async function withInstallation(
  context: Context,
  work: (installation: Installation) => Promise<void>,
): Promise<void> {
  const installation = await openInstallation(await context.config(), {
    logger: context.logger,
    mode: 'one-shot',
    variables: context.variables,
  });
  try {
    await work(installation);
  } finally {
    await installation.close();
  }
}

function requireConfigured(embedder: unknown): void {
  if (embedder !== undefined) return;
  const message =
    'No embedder is configured. Add one: fumi models pull minilm, then fumi embed add local all-MiniLM-L6-v2';
  throw new AppError('CONFIG_INVALID', 'config', message, { publicMessage: message });
}
