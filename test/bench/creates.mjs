/** Targets created per second through both APIs, beside the database alone. */
import { measure } from './measure.mjs';
import { startMuster } from './muster.mjs';
import { openChild, openLoad } from './processes.mjs';
import { printRate, printRatio, printTitle } from './report.mjs';

const ROWS = 100;
const CONNECTIONS = 8;

export async function benchCreates({ dataDir, database, effort, graphql }) {
  const muster = await startMuster(dataDir);
  const { pid, port, host } = muster;
  const writer = openChild('sql-writer.mjs');
  await writer.ask({ connection: database.connection, connections: CONNECTIONS, rows: ROWS });
  const rest = await openLoad(port, CONNECTIONS, { kind: 'restCreates', rows: ROWS, host });
  const rivals = [
    { label: 'SQL alone', per: ROWS, run: (seconds) => writer.ask({ seconds }) },
    { label: 'REST', per: ROWS, pid, run: rest.run },
  ];
  const mutation =
    graphql && (await openLoad(port, CONNECTIONS, { kind: 'graphqlCreates', rows: ROWS, host }));
  if (mutation) rivals.push({ label: 'GraphQL', per: ROWS, pid, run: mutation.run });

  const [alone, byRest, byGraphql] = await measure(rivals, effort);
  printTitle(`Targets created per second, ${ROWS} a request, ${CONNECTIONS} connections`);
  for (const result of [alone, byRest, byGraphql]) if (result) printRate(result);
  printRatio(byRest, alone, 0.4);
  if (byGraphql) printRatio(byGraphql, alone, 0.25);

  for (const one of [writer, rest, mutation]) if (one) await one.close();
  await muster.stop();
}
