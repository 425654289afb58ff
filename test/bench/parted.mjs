/**
 * The Management API in a process of its own, of which parts can be left out: what these cost is what it gains then.
 * Told by a message, `{ connection, without: 'nothing' | 'signIn' | 'audit' }`; answers with its port.
 */
import { createServer } from 'node:http';
import express from 'express';
import { openProxies } from '../../dist/api/http.js';
import { restRouter } from '../../dist/api/rest/router.js';
import { openPool } from '../../dist/database/connect.js';
import { auditEvents } from '../../dist/database/tables/audit.js';
import { openAuthenticator } from '../../dist/services/access/authenticate.js';
import { openPlatform } from '../../dist/services/platform/platform.js';
import { openSecrets } from '../../dist/services/shared/secrets.js';

const log = (error) => console.error(error);

process.on('message', async ({ connection, without }) => {
  const pool = openPool(connection, {
    connections: 10,
    prepare: true,
    pipelines: true,
    name: 'muster bench',
  });
  const systemDefaults = {
    targetTokenEnabled: true,
    gatewayTokenEnabled: false,
    privateWebhooks: false,
    mostTargets: 1e9,
    deviceWrites: { atOnce: 1e9, perMinute: 1e9 },
  };
  const { platform } = await openPlatform(
    pool,
    connection,
    { systemDefaults, secrets: openSecrets(undefined) },
    log,
  );
  if (without === 'audit') platform.database = unaudited(platform.database);
  const signIn = openAuthenticator(platform);
  const admin = await signIn(`Basic ${btoa('admin:admin')}`);
  const proxies = openProxies('loopback');
  const door = restRouter({
    platform,
    proxies,
    signIn: without === 'signIn' ? async () => admin : signIn,
    log,
    bodyLimit: 1 << 24,
  });
  const server = createServer(express().use('/rest', door));
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
});
process.on('disconnect', () => process.exit());

/** A database whose transactions leave out what writes the audit trail and the outbox. */
function unaudited(database) {
  const transaction = (work) =>
    database.transaction((tx) => {
      let left = 0;
      const parts = {
        insert(table) {
          if (table === auditEvents) left++;
          return tx.insert(table);
        },
        execute: (statement) => (left && left-- ? [] : tx.execute(statement)),
      };
      return work(new Proxy(tx, { get: (real, name) => parts[name] ?? bound(real, name) }));
    });
  return new Proxy(database, {
    get: (real, name) => (name === 'transaction' ? transaction : bound(real, name)),
  });
}

function bound(object, name) {
  const value = Reflect.get(object, name);
  return typeof value === 'function' ? value.bind(object) : value;
}
