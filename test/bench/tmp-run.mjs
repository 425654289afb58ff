import { benchImports } from './imports.mjs';
import { makeDataFolder, openDatabase, startMuster, stopAll } from './muster.mjs';
const { dataDir } = await makeDataFolder();
try {
  await (await startMuster(dataDir)).stop();
  const database = await openDatabase(dataDir);
  await benchImports({ dataDir, database, rows: Number(process.argv[2] ?? 1_000_000) });
  await database.stop();
} finally { await stopAll(); }
