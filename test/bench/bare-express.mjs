/** The rival: one Express route that answers polls with the headers and the body it is told. */
import express from 'express';

process.on('message', ({ headers, body }) => {
  const fields = Array.from({ length: headers.length / 2 }, (_, n) => headers.slice(2 * n, 2 * n + 2));
  const app = express();
  app.disable('x-powered-by');
  app.get('/:tenant/controller/v1/:controllerId', (_request, response) => {
    for (const [name, value] of fields) response.setHeader(name, value);
    // As a buffer, since Express adds a charset to the type of a text.
    response.send(Buffer.from(body));
  });
  const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
});
process.on('disconnect', () => process.exit());
