import type { AnyBlock } from '@slack/types';
import type { Act } from './parts.ts';
import { says } from './render/blocks.ts';
import { TEXTS } from './texts.ts';

/** Another process has taken over what this one was about to show. */
export class TakenOver extends Error {}

type Where = Pick<Act, 'client' | 'place' | 'threadTs'>;

/**
 * To the person alone: in a direct message as a message, elsewhere as one that only they see. `text` is what
 * notifications show and never holds anything of a document.
 */
export async function showTo(
  { client, place, threadTs }: Where,
  text: string,
  blocks: AnyBlock[] = [says(text)],
): Promise<void> {
  const { channel, user } = place;
  const thread = threadTs === undefined ? {} : { thread_ts: threadTs };
  const message = { channel, text, blocks, ...thread };
  if (place.kind === 'direct')
    await client.chat.postMessage({ ...message, unfurl_links: false, unfurl_media: false });
  else await client.chat.postEphemeral({ ...message, user });
}

/** Once only, whoever else works on the same delivery. */
export async function showOnce(act: Act, text: string, blocks?: AnyBlock[]): Promise<void> {
  if (!(await act.work.showing())) throw new TakenOver();
  await showTo(act, text, blocks);
}

export function textsOf({ language }: Pick<Act, 'language'>) {
  return TEXTS[language];
}
