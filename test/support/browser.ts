import { existsSync } from 'node:fs';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The system's Chromium, or the one that CHROMIUM names; undefined where there is none. */
export const chromiumPath = (): string | undefined =>
  [process.env.CHROMIUM, ...PLACES].find((place) => place && existsSync(place));
