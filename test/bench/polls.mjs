/** Polls per second beside what plain Node.js and Express do at best, and with too small a memory. */
import { request } from 'node:http';
import { assign, createSet, unassign } from './deployments.mjs';
import { measure } from './measure.mjs';
import { askGraphql, startMuster } from './muster.mjs';
import { openChild, openLoad } from './processes.mjs';
import { printAim, printCostRatio, printRate, printRatio, printTitle } from './report.mjs';
import { controllerIdOf, tokenOf } from './workloads.mjs';

const DEVICES = 20_000;
const SMALL_CACHE = 2_000;
const CONNECTIONS = 48;

export async function benchPolls({ dataDir, database, effort }) {
  const muster = await startMuster(dataDir);
  const forgetful = await startMuster(dataDir, { MUSTER_POLL_CACHE_ENTRIES: String(SMALL_CACHE) });
  // The same bytes for all: also the Host that links are made of.
  const { host } = muster;
  const answer = await pollOnce(muster.port, host);
  const node = await openRival('bare-node.mjs', answer, host);
  const express = await openRival('bare-express.mjs', answer, host);

  const workload = { kind: 'polls', devices: DEVICES, host };
  const load = ({ port }) => openLoad(port, CONNECTIONS, workload);
  const loads = await Promise.all([muster, forgetful, node, express].map(load));
  const authorization = `GatewayToken ${await newGroupToken(muster)}`;
  loads.push(await openLoad(muster.port, CONNECTIONS, { ...workload, authorization }));
  // Warm means that every device has been met.
  const warmAfter = 2 * DEVICES;
  const rival = (label, { pid }, index) => ({ label, pid, warmAfter, run: loads[index].run });
  const results = await measure(
    [
      rival('Muster', muster, 0),
      rival(`Muster, remembering ${SMALL_CACHE} devices`, forgetful, 1),
      rival('node:http, the same answer', node, 2),
      rival('Express, the same answer', express, 3),
      rival('Muster, by the token of an enrollment group', muster, 4),
    ],
    effort,
  );
  const [whole, part, bareNode, bareExpress, byGroup] = results;
  printTitle(`Polls per second, ${DEVICES} devices in turn, ${CONNECTIONS} connections`);
  for (const result of results) printRate(result);
  printCostRatio(whole, bareNode, 0.5);
  printCostRatio(whole, bareExpress, 2.5);
  printCostRatio(part, bareNode);
  printCostRatio(part, bareExpress);
  printRatio(byGroup, whole);
  printAim('  resident memory after the polls', muster.residentMegabytes(), 'MB');

  for (const one of [...loads, node, express]) await one.close();
  await forgetful.stop();
  await muster.stop();
  await benchPending({ dataDir, database, effort });
}

/** Half of the devices have an update to install, which they are told of from memory, too. */
async function benchPending({ dataDir, database, effort }) {
  const once = await startMuster(dataDir);
  const { setId } = await createSet(once, 'polls');
  await once.stop();
  const half = DEVICES / 2;
  await assign(database.client, setId, half + 1, DEVICES);
  const muster = await startMuster(dataDir);
  const workload = { kind: 'polls', devices: half, host: muster.host };
  const loads = [
    await openLoad(muster.port, CONNECTIONS, workload),
    await openLoad(muster.port, CONNECTIONS, { ...workload, first: half + 1 }),
  ];
  const rival = (label, { run }) => ({ label, pid: muster.pid, warmAfter: 2 * half, run });
  const [idle, busy] = await measure(
    [rival('with nothing to do', loads[0]), rival('with an update to install', loads[1])],
    effort,
  );
  printTitle(`Polls per second of ${half} devices each, ${CONNECTIONS} connections`);
  for (const result of [idle, busy]) printRate(result);
  printRatio(busy, idle);
  for (const one of loads) await one.close();
  await muster.stop();
  await unassign(database.client, setId);
}

/** The token of a group that speaks for all targets. */
async function newGroupToken(muster) {
  const { createEnrollmentGroup } = await askGraphql(
    muster,
    'mutation { createEnrollmentGroup(input: { name: "bench", appliesTo: ALL }) { token } }',
  );
  return createEnrollmentGroup.token;
}

/** Starts a rival and makes sure that it answers as Muster does. */
async function openRival(script, answer, host) {
  const child = openChild(script);
  const { port } = await child.ask(answer);
  const same = await pollOnce(port, host);
  const wrong = ['headers', 'body'].find((part) => String(same[part]) !== String(answer[part]));
  if (wrong) throw new Error(`${script}: other ${wrong} than Muster's: ${same[wrong]}`);
  return { ...child, port };
}

const OF_NODE = new Set(['date', 'connection', 'keep-alive']);

/** An answer to a poll, without the headers that Node.js adds by itself. */
function pollOnce(port, host) {
  return new Promise((resolve, reject) => {
    const path = `/DEFAULT/controller/v1/${controllerIdOf(1)}`;
    const headers = {
      Host: host,
      Accept: 'application/hal+json',
      Authorization: `TargetToken ${tokenOf(1)}`,
      Connection: 'keep-alive',
    };
    request({ port, host: '127.0.0.1', path, headers, agent: false }, async (response) => {
      const body = (await response.setEncoding('utf8').toArray()).join('');
      if (response.statusCode !== 200) return reject(new Error(`a poll got ${response.statusCode} ${body}`));
      const pairs = Array.from({ length: response.rawHeaders.length / 2 }, (_, n) =>
        response.rawHeaders.slice(2 * n, 2 * n + 2),
      );
      resolve({ headers: pairs.filter(([name]) => !OF_NODE.has(name.toLowerCase())).flat(), body });
    })
      .once('error', reject)
      .end();
  });
}
