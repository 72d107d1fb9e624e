/** Does work in the order it comes and hands on its results in that order, `atOnce` of them under way. */
export async function* ordered<T>(work: AsyncIterable<() => Promise<T>>, atOnce: number): AsyncGenerator<T> {
  const running: Promise<T>[] = [];
  const next = async () => {
    const first = running.shift();
    return first === undefined ? undefined : { value: await first };
  };
  for await (const start of work) {
    const started = start();
    // Its failure is met in its turn; until then it must not count as unhandled.
    started.catch(() => undefined);
    running.push(started);
    if (running.length < atOnce) continue;
    const done = await next();
    if (done) yield done.value;
  }
  for (let done = await next(); done; done = await next()) yield done.value;
}
