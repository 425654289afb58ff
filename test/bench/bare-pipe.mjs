/** The rival: plain `node:http` that pipes the file it was told last. */
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';

let file;
const server = createServer((_request, response) => {
  response.writeHead(200, {
    'Content-Type': 'application/octet-stream',
    'Content-Length': statSync(file).size,
  });
  createReadStream(file).pipe(response);
});
server.listen(0, '127.0.0.1');

process.on('message', (told) => {
  file = told;
  process.send({ port: server.address().port });
});
process.on('disconnect', () => process.exit());
