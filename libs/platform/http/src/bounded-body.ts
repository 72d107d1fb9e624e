import { AppError } from '@fumikura/errors';

/** The same answer, whose body fails as soon as it grows beyond `maxBytes`. @param ended called when nothing more of it comes */
export function boundBody(response: Response, maxBytes: number, ended?: () => void): Response {
  const declared = Number(response.headers.get('content-length') ?? 0);
  if (declared > maxBytes) {
    void response.body?.cancel();
    throw tooLarge(response.url, maxBytes);
  }
  if (!response.body) {
    ended?.();
    return response;
  }
  let seen = 0;
  const counted = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform: (part, controller) => {
        seen += part.byteLength;
        if (seen <= maxBytes) return controller.enqueue(part);
        ended?.();
        controller.error(tooLarge(response.url, maxBytes));
      },
      ...(ended && { flush: ended, cancel: ended }),
    }),
  );
  const { status, statusText, headers, url } = response;
  const bounded = new Response(counted, { status, statusText, headers });
  Object.defineProperty(bounded, 'url', { value: url });
  return bounded;
}

function tooLarge(url: string, maxBytes: number): AppError {
  return new AppError(
    'SOURCE_ANSWER_TOO_LARGE',
    'invalid-input',
    `the answer of ${new URL(url).origin} is larger than ${maxBytes} bytes`,
    { publicMessage: `The content is larger than the limit of ${maxBytes} bytes.`, details: { maxBytes } },
  );
}
