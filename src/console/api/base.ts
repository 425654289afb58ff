/** Where the console is served, with a slash at its end: a proxy may have put it under a prefix. */
export const BASE = new URL('.', document.baseURI);

/** Whether the page's address leads to the server only from the machine that it runs on. */
export const IS_LOCAL = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(BASE.hostname);

/** The address of a door of the server, for example `graphql`. */
export const addressOf = (path: string): string => new URL(path, BASE).href;

/** Sent with each request: without it, a refused sign-in would make the browser open its own dialog. */
export const SCRIPT_HEADERS = { 'X-Requested-With': 'XMLHttpRequest' } as const;
