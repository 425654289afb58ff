/**
 * PostGraphile 5 on Muster's tables, by its standard preset: run from the folder that it is installed in, on a
 * Node.js of its own. Told by the environment: CONNECTION, the pool's options as JSON. Says `{ port, pid }`.
 */
import { createServer } from 'node:http';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { jsonPgSmartTags } from 'postgraphile/utils';

/** So that a page has the names and the shape that Muster's has. */
const ref = [
  'type via:(tenant_id,target_type_id)->target_types(tenant_id,id) singular',
  'tags via:(tenant_id,id)->target_tag_assignments(tenant_id,target_id);(tenant_id,tag_id)->target_tags(tenant_id,id) plural',
];

const pgl = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ poolConfig: JSON.parse(process.env.CONNECTION), schemas: ['public'] })],
  plugins: [jsonPgSmartTags({ version: 1, config: { class: { 'public.targets': { tags: { ref } } } } })],
  // It takes an order only by what comes first in an index, and ours all begin with the tenant.
  disablePlugins: ['PgIndexBehaviorsPlugin'],
  schema: { defaultBehavior: '+list' },
  grafserv: { graphqlPath: '/graphql', graphiql: false },
});
const server = createServer();
await pgl.createServ(grafserv).addTo(server);
server.listen(0, '127.0.0.1', () =>
  console.log(JSON.stringify({ port: server.address().port, pid: process.pid })),
);
process.once('SIGTERM', () => process.exit());
