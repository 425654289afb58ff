/** Each page of the console, for the checks that all of them pass: its path and its heading. */
export const PAGES: readonly (readonly [path: string, heading: string | RegExp])[] = [['/', 'Fleet']];
