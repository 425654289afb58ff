/**
 * Every page of the console as pictures, to be looked at: empty, full and failing, wide and narrow, light and dark.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

const SIZES = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };
const SCHEMES = ['light', 'dark'];
/** A page that keeps waiting is a picture, too. */
const PATIENCE_MS = 60_000;

const PATHS = [
  '',
  'targets',
  'targets?filter=name%3D%3D',
  'provision',
  'provision/many',
  'rollouts',
  'rollouts/new',
  'auto-assignments',
  'actions',
  'software',
  'software?tab=modules',
  'software?tab=types',
  'enrollment?tab=waiting',
  'enrollment?tab=rejected',
  'enrollment?tab=groups',
  'settings?tab=general',
  'settings?tab=tags',
  'settings?tab=setTags',
  'settings?tab=types',
  'settings?tab=certificates',
  'settings?tab=webhooks',
  'settings?tab=users',
  'settings?tab=roles',
  'settings?tab=keys',
  'settings?tab=tenants',
  'jobs',
  'jobs?tab=imports',
  'audit',
];

/**
 * @param {import('playwright-core').Browser} browser
 * @param {{ url: string, folder: string, state: 'empty' | 'full' | 'failing', paths?: string[] }} options `paths`: of what there
 *   is only when the fleet is full
 */
export async function picturesOfPages(browser, { url, folder, state, paths = [] }) {
  for (const [size, viewport] of Object.entries(SIZES))
    for (const colorScheme of SCHEMES) {
      const context = await browser.newContext({
        baseURL: url,
        viewport,
        colorScheme,
        reducedMotion: 'reduce',
      });
      await context.request.post('/graphql/session', { data: { username: 'admin', password: 'admin' } });
      if (state === 'failing') await context.route('**/graphql', failUnlessViewer);
      const page = await context.newPage();
      const into = join(folder, `${state}-${size}-${colorScheme}`);
      mkdirSync(into, { recursive: true });
      for (const path of [...PATHS, ...paths]) {
        await page.goto(`/${path}`);
        await settled(page);
        await page.screenshot({ path: join(into, `${nameOf(path)}.png`), fullPage: size === 'narrow' });
      }
      await context.close();
    }
}

/** Who is signed in is known, and nothing else is answered. */
async function failUnlessViewer(route) {
  const { operationName } = route.request().postDataJSON() ?? {};
  if (operationName === 'Viewer') return route.continue();
  const errors = [{ message: 'Something broke.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }];
  return route.fulfill({ json: { data: null, errors } });
}

async function settled(page) {
  await page.getByRole('heading', { level: 1 }).waitFor({ timeout: PATIENCE_MS });
  const busy = page.locator('[aria-busy=true]');
  await busy
    .first()
    .waitFor({ state: 'detached', timeout: PATIENCE_MS })
    .catch(() => {});
}

const nameOf = (path) => path.replace(/\W+/g, '-') || 'fleet';
