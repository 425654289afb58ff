/** nginx, where it is installed: one worker that sends files by `sendfile`. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tracked } from './muster.mjs';
import { pause } from './processes.mjs';

/** @returns undefined where there is none */
export async function openNginx() {
  try {
    execFileSync('nginx', ['-v'], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), 'muster-bench-nginx-'));
  const port = await freePort();
  let child;
  const end = async () => {
    if (!child) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  return tracked({
    /** nginx does its work in the process that it was started as. */
    get pid() {
      return child?.pid;
    },
    /** Serves one file, whatever is asked for. */
    async serve(file) {
      await end();
      await writeFile(join(folder, 'nginx.conf'), configuration(port, file));
      child = spawn('nginx', ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      while (!(await fetch(`http://127.0.0.1:${port}/`, { method: 'HEAD' }).catch(() => undefined)))
        await pause(10);
      return port;
    },
    async stop() {
      await end();
      await rm(folder, { recursive: true, force: true });
    },
  });
}

const configuration = (port, file) => `
  daemon off; master_process off; pid nginx.pid;
  events {}
  http {
    access_log off; sendfile on; keepalive_requests 1000000; default_type application/octet-stream;
    server { listen 127.0.0.1:${port}; location / { root /; try_files ${file} =404; } }
  }`;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}
