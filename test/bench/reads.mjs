/** What integrations read by REST: one target, and pages of 50, beside a bare Express route with the same answer. */
import { measure } from './measure.mjs';
import { startMuster } from './muster.mjs';
import { openChild, openLoad } from './processes.mjs';
import { printRate, printRatio, printTitle } from './report.mjs';
import { AUTHORIZATION, controllerIdOf } from './workloads.mjs';

const DEVICES = 20_000;
const PAGES = 100;
const CONNECTIONS = 32;

export async function benchReads({ dataDir, effort }) {
  const muster = await startMuster(dataDir);
  const { port, host, pid } = muster;
  const one = Array.from({ length: DEVICES }, (_, n) => `/rest/v1/targets/${controllerIdOf(n + 1)}`);
  const pages = Array.from({ length: PAGES }, (_, n) => `/rest/v1/targets?limit=50&offset=${n * 50}`);
  const express = openChild('bare-express.mjs');
  const bare = await express.ask(await answerTo(port, host, one[0]));

  const loads = [
    await openLoad(bare.port, CONNECTIONS, { kind: 'gets', paths: ['/DEFAULT/controller/v1/x'], host }),
    await openLoad(port, CONNECTIONS, { kind: 'gets', paths: one, host }),
    await openLoad(port, CONNECTIONS, { kind: 'gets', paths: pages, host }),
  ];
  const [alone, single, page] = await measure(
    [
      { label: 'Express, the answer of one target', pid: express.pid, run: loads[0].run },
      { label: 'GET one target', pid, run: loads[1].run },
      { label: 'GET a page of 50 targets', pid, run: loads[2].run },
    ],
    effort,
  );
  printTitle(`Reads by REST per second, ${DEVICES} targets, ${CONNECTIONS} connections`);
  for (const result of [alone, single, page]) printRate(result);
  printRatio(single, alone);
  for (const load of loads) await load.close();
  await express.close();
  await muster.stop();
}

async function answerTo(port, host, path) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    headers: { Host: host, Authorization: AUTHORIZATION },
  });
  const headers = [...response.headers].filter(([name]) => name === 'content-type').flat();
  return { headers, body: await response.text() };
}
