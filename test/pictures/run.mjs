/**
 * `npm run pictures` makes the pictures of the README anew, in `docs/pictures`: the built console with a simulated fleet, in a
 * Chromium. `npm run pictures -- --pages=FOLDER` makes pictures of every page there, empty, full and failing, wide and
 * narrow, light and dark, to be looked at; `--states=failing` only some of these.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { askGraphql, makeDataFolder, startMuster, stopAll, tracked } from '../bench/muster.mjs';
import { furnish } from './furnish.mjs';
import { picturesOfPages } from './pages.mjs';
import { palettePng } from './palette.mjs';

const FOLDER = fileURLToPath(new URL('../../docs/pictures/', import.meta.url));
const COMMAND = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const SIZE = { width: 1000, height: 640 };
const LARGEST = 60_000;
const DEVICES = 400;

const { values } = parseArgs({
  options: { pages: { type: 'string' }, states: { type: 'string', default: 'empty,full,failing' } },
});
const wants = (state) => values.pages && values.states.split(',').includes(state);

async function main() {
  const { dataDir } = await makeDataFolder();
  const server = await startMuster(dataDir, { MUSTER_WEBHOOKS_PRIVATE: 'true' });
  const { url } = server;
  const browser = await openBrowser();
  const shoot = (state, paths) => picturesOfPages(browser, { url, folder: values.pages, state, paths });
  if (wants('empty')) await shoot('empty');
  if (values.pages && !wants('full')) return wants('failing') && shoot('failing');
  play(url);
  const ask = asking(url);
  await waitUntil(async () => (await ask('targets?limit=1')).total === DEVICES);
  const rollout = await rollOut(ask);
  await waitUntil(async () => (await ask(rollout)).totalTargetsPerStatus.finished > DEVICES / 3);
  if (!values.pages) return picturesOfReadme(browser, url, rollout);
  const paths = await furnish({ url, ask, mutate: (query) => askGraphql(server, query) });
  await shoot('full', [rollout, ...paths]);
  if (wants('failing')) await shoot('failing', [rollout, ...paths]);
}

async function picturesOfReadme(browser, url, rollout) {
  const context = await browser.newContext({ baseURL: url, viewport: SIZE, reducedMotion: 'reduce' });
  await context.request.post('/graphql/session', { data: { username: 'admin', password: 'admin' } });
  const page = await context.newPage();
  mkdirSync(FOLDER, { recursive: true });
  await picture(page, `/${rollout}`, 'rollout');
  await picture(page, '/targets', 'targets');
  await picture(page, '/', 'fleet');
}

async function openBrowser() {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  return tracked({ newContext: (options) => browser.newContext(options), stop: () => browser.close() });
}

/** A fleet of which some devices fail and some take their time. */
function play(url) {
  const child = spawn(
    process.execPath,
    [
      COMMAND,
      'simulate',
      '--url',
      url,
      ...`--devices ${DEVICES} --fail 6% --slow 40% --interval 2 --seed picture`.split(' '),
    ],
    { env: { ...process.env, MUSTER_USER: 'admin', MUSTER_PASSWORD: 'admin' }, stdio: 'ignore' },
  );
  tracked({ stop: async () => void child.kill('SIGTERM') });
}

/** Software, and a rollout of it in four groups, which has begun. @returns its path */
async function rollOut(ask) {
  const [module] = await ask('softwaremodules', [{ name: 'street-lamp-os', version: '2.4.1', type: 'os' }]);
  const file = new FormData();
  file.set('file', new Blob([new Uint8Array(200_000)]), 'street-lamp.swu');
  await ask(`softwaremodules/${module.id}/artifacts`, file);
  const [set] = await ask('distributionsets', [
    { name: 'Street lamps', version: '2.4.1', type: 'os', modules: [{ id: module.id }] },
  ]);
  const { id } = await ask('rollouts', {
    name: 'Street lamps to 2.4.1',
    distributionSetId: set.id,
    targetFilterQuery: 'controllerId==*',
    amountGroups: 4,
    successCondition: { condition: 'THRESHOLD', expression: '80' },
    errorCondition: { condition: 'THRESHOLD', expression: '20' },
  });
  await waitUntil(async () => (await ask(`rollouts/${id}`)).status === 'ready');
  await ask(`rollouts/${id}/start`, {});
  return `rollouts/${id}`;
}

async function picture(page, path, name) {
  await page.goto(path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.locator('[aria-busy=true]').waitFor({ state: 'detached' });
  await page.waitForLoadState('networkidle').catch(() => {});
  const shot = await page.screenshot();
  // A page of its own decodes the picture: the console's policy lets none do that.
  const blank = await page.context().newPage();
  const pixels = await blank.evaluate(async (base64) => {
    const blob = await (await fetch(`data:image/png;base64,${base64}`)).blob();
    const bitmap = await createImageBitmap(blob);
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const drawing = canvas.getContext('2d');
    drawing.drawImage(bitmap, 0, 0);
    const { data } = drawing.getImageData(0, 0, bitmap.width, bitmap.height);
    return Array.from({ length: bitmap.height }, (_, y) =>
      btoa(String.fromCharCode(...data.subarray(y * bitmap.width * 4, (y + 1) * bitmap.width * 4))),
    );
  }, shot.toString('base64'));
  await blank.close();
  const png = palettePng(Buffer.concat(pixels.map((line) => Buffer.from(line, 'base64'))), SIZE.width);
  if (png.length > LARGEST) throw new Error(`${name} has ${png.length} bytes; at most ${LARGEST} may be`);
  writeFileSync(`${FOLDER}${name}.png`, png);
  console.log(`${name}.png: ${png.length} bytes`);
}

/** Asks the Management API; with a body, by POST. */
const asking = (url) => async (path, body) => {
  const isForm = body instanceof FormData;
  const answer = await fetch(`${url}/rest/v1/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: {
      authorization: `Basic ${btoa('admin:admin')}`,
      ...(body && !isForm && { 'content-type': 'application/json' }),
    },
    body: isForm ? body : body && JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${text}`);
  return text && JSON.parse(text);
};

async function waitUntil(isSo) {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 500));
}

try {
  await main();
} finally {
  await stopAll();
}
