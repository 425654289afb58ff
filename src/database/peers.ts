import { hostname } from 'node:os';
import type { Client } from './connect.ts';

const BEGIN = 'muster@';
/** PostgreSQL cuts longer ones. */
const MOST = 63;

/** How the connections of a server are named: with its machine, so that others see where it is. */
export const SERVER = `${BEGIN}${hostname()}`.slice(0, MOST);

/** The other machines whose servers use this database now. */
export async function otherMachines(client: Client): Promise<string[]> {
  const found = await client<{ name: string }[]>`
    SELECT DISTINCT application_name AS name FROM pg_stat_activity
    WHERE datname = current_database() AND starts_with(application_name, ${BEGIN}) AND application_name <> ${SERVER}
    ORDER BY 1`;
  return found.map(({ name }) => name.slice(BEGIN.length));
}
