/** How soon the console's pages can be used, and whether a live one stays smooth, in a browser on a fleet of 100,000. */
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { makeDataFolder, openDatabase, startMuster } from './muster.mjs';
import { openChild } from './processes.mjs';
import { printAim, printTitle } from './report.mjs';
import { seed, seedTags } from './seed.mjs';
import { controllerIdOf } from './workloads.mjs';

const TARGETS = 100_000;
const BROWSERS = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'];
const RUNS = 7;
/** What the filter waits for after a keystroke, as in `filter-field.tsx`. */
const PAUSE_MS = 250;
const FIRST_PAGE_MS = 1_000;
const TARGETS_MS = 150;
const LONG_TASK_MS = 100;
const EVENTS_A_SECOND = 1_000;

const medianOf = (figures) => figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)];

export async function benchConsole({ seconds }) {
  const executablePath = BROWSERS.find((path) => path && existsSync(path));
  printTitle(`The console in a browser, ${TARGETS} targets`);
  if (!executablePath) return console.log('  left out, as there is no Chromium');
  const folder = await makeDataFolder();
  await (await startMuster(folder.dataDir)).stop();
  const database = await openDatabase(folder.dataDir);
  await seed(database.client, TARGETS);
  await seedTags(database.client);
  const muster = await startMuster(folder.dataDir);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    await measureFirstPage(browser, muster);
    await measureTargets(browser, muster);
    await measureLive(browser, muster, seconds);
  } finally {
    await browser.close();
    await muster.stop();
    await database.stop();
    await folder.stop();
  }
}

/** A page of a browser that has nothing of the console yet, signed in. */
async function visit(browser, { url }) {
  const context = await browser.newContext({ baseURL: url, viewport: { width: 1280, height: 800 } });
  await context.request.post('/graphql/session', { data: { username: 'admin', password: 'admin' } });
  return { context, page: await context.newPage() };
}

/** From the navigation on, in the page's own time, until a condition holds there. */
const timeUntil = (page, condition, argument) =>
  page.waitForFunction(condition, argument, { polling: 'raf' }).then((handle) => handle.jsonValue());

async function measureFirstPage(browser, muster) {
  const figures = [];
  for (let run = 0; run <= RUNS; run++) {
    const { context, page } = await visit(browser, muster);
    await page.goto('/', { waitUntil: 'commit' });
    const figure = await timeUntil(
      page,
      (total) => document.querySelector('main a')?.textContent.includes(total) && performance.now(),
      TARGETS.toLocaleString('en'),
    );
    // The first warms the server up.
    if (run > 0) figures.push(figure);
    await context.close();
  }
  const median = medianOf(figures);
  printAim(
    '  first page with its numbers, cold browser',
    median,
    'ms',
    `≤ ${FIRST_PAGE_MS}`,
    median <= FIRST_PAGE_MS,
  );
}

async function measureTargets(browser, muster) {
  const { context, page } = await visit(browser, muster);
  await page.goto('/targets');
  await page.getByRole('link', { name: controllerIdOf(1) }).waitFor();
  const field = page.getByRole('combobox', { name: 'Filter' });
  await field.evaluate((input) => {
    input.addEventListener('input', () => {
      window.typedAt = performance.now();
    });
  });
  for (const [what, filterOf] of [
    ['by name', (id) => `controllerId==${id.slice(0, -2)}*`],
    ['by tag and name', (id) => `tag==tag-3 and controllerId=ge=${id}`],
    ['by text within', (id) => `name==*${Number(id.slice(-7))}*`],
  ]) {
    const figures = [];
    for (let run = 1; run <= RUNS; run++) {
      const filter = filterOf(controllerIdOf(run * 10_007));
      await field.fill('');
      await page.waitForTimeout(2 * PAUSE_MS);
      await page.getByRole('link', { name: controllerIdOf(1) }).waitFor();
      const before = await page.locator('tbody a').first().innerText();
      await field.fill(filter);
      const shown = await timeUntil(
        page,
        (first) => {
          const link = document.querySelector('tbody a');
          return link && link.textContent !== first && performance.now() - window.typedAt;
        },
        before,
      );
      figures.push(shown - PAUSE_MS);
    }
    const median = medianOf(figures);
    printAim(
      `  page of targets ${what}, after a keystroke's pause`,
      median,
      'ms',
      `≤ ${TARGETS_MS}`,
      median <= TARGETS_MS,
    );
  }
  await context.close();
}

async function measureLive(browser, muster, seconds) {
  const { port, host } = muster;
  const load = openChild('live-load.mjs');
  await load.ask({ port, host, connections: 64, devices: 20_000, subscribers: 0 });
  const { context, page } = await visit(browser, muster);
  await page.goto('/');
  await page.getByText('Live').waitFor();
  await page.evaluate(() => {
    window.longTasks = [];
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) window.longTasks.push(duration);
    }).observe({ type: 'longtask' });
  });
  const { answered } = await load.ask({ seconds, rate: EVENTS_A_SECOND, together: 1 });
  const tasks = await page.evaluate(() => window.longTasks);
  const longest = Math.max(0, ...tasks);
  printAim('  live dashboard, changes answered meanwhile', answered / seconds, '/s');
  printAim(
    `  live dashboard, longest of ${tasks.length} long tasks in ${seconds} s`,
    longest,
    'ms',
    `≤ ${LONG_TASK_MS}`,
    longest <= LONG_TASK_MS,
  );
  await context.close();
  await load.close();
}
