/** The rival: plain `node:http` that answers everything with the headers and the body it is told. */
import { createServer } from 'node:http';

process.on('message', ({ headers, body }) => {
  const server = createServer((_request, response) => {
    response.writeHead(200, headers);
    response.end(body);
  });
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
});
process.on('disconnect', () => process.exit());
