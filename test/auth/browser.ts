/** A browser with cookies: by host, path and age, as RFC 6265 sends them, whatever the port. */
export interface Browser {
  readonly cookies: Map<string, Cookie>;
  /** Follows redirects to what is shown in the end. */
  open(address: string | URL, headers?: Readonly<Record<string, string>>): Promise<Shown>;
  /** Follows redirects up to an address that begins so, which is not asked. */
  openUntil(address: string | URL, stop: string): Promise<URL>;
}

export interface Cookie {
  readonly value: string;
  readonly path: string;
  /** As it was set. */
  readonly line: string;
}

export interface Shown {
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const MAX_REDIRECTS = 12;

export function openBrowser(): Browser {
  const cookies = new Map<string, Cookie>();
  const keep = (line: string) => {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const at = pair.indexOf('=');
    const name = pair.slice(0, at);
    const attribute = (wanted: string) =>
      attributes.find((each) => each.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1);
    const isOver = attribute('max-age') === '0' || Date.parse(attribute('expires') ?? '') < Date.now();
    if (isOver) cookies.delete(name);
    else cookies.set(name, { value: pair.slice(at + 1), path: attribute('path') ?? '/', line });
  };
  const ask = async (url: URL, headers: Readonly<Record<string, string>> = {}) => {
    const own = [...cookies].filter(
      ([, { path }]) =>
        url.pathname === path || url.pathname.startsWith(path.endsWith('/') ? path : `${path}/`),
    );
    const cookie = own.map(([name, { value }]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { ...headers, ...(cookie !== '' && { cookie }) },
    });
    for (const line of response.headers.getSetCookie()) keep(line);
    return response;
  };
  return {
    cookies,
    open: async (address, headers) => {
      let url = new URL(address);
      for (let step = 0; step < MAX_REDIRECTS; step++) {
        const response = await ask(url, headers);
        const location = response.headers.get('location');
        if (location === null)
          return { url, status: response.status, headers: response.headers, text: await response.text() };
        await response.body?.cancel();
        url = new URL(location, url);
      }
      throw new Error('goes round in circles');
    },
    openUntil: async (address, stop) => {
      let url = new URL(address);
      for (let step = 0; step < MAX_REDIRECTS; step++) {
        if (url.href.startsWith(stop)) return url;
        const response = await ask(url);
        const location = response.headers.get('location');
        if (location === null) throw new Error(`ended with ${response.status}: ${await response.text()}`);
        await response.body?.cancel();
        url = new URL(location, url);
      }
      throw new Error('goes round in circles');
    },
  };
}
