import { toAppError } from '@fumikura/errors';
import type { AppError } from '@fumikura/errors';

const JAPANESE: Readonly<Record<string, string>> = {
  MODEL_UNAUTHORISED: '言語モデルがこちらの鍵を受け付けません。',
  MODEL_REFUSED: '言語モデルが要求を拒否しました（モデル名、アドレス、利用枠のいずれかに問題があります）。',
  MODEL_ANSWER_INVALID: '言語モデルの回答を読み取れませんでした。',
  MODEL_BUDGET_SPENT: '本日の言語モデルの利用枠を使い切りました。',
};

/**
 * What is said of a model that cannot be asked, in the asker's language.
 * @throws whatever is no failure of the model
 */
export function modelFailure(cause: unknown, language: string): string {
  const error = toAppError(cause);
  if (!error.code.startsWith('MODEL_')) throw error;
  return language === 'ja' ? inJapanese(error) : error.publicMessage;
}

function inJapanese({ code, kind }: AppError): string {
  const busy =
    kind === 'rate-limited' ? '言語モデルが混み合っています。' : '言語モデルに今は接続できません。';
  return JAPANESE[code] ?? busy;
}
