import type { IncomingMessage, ServerResponse } from 'node:http';
import express from 'express';
import { expect, it } from 'vitest';
import { open } from './support.ts';

it('has messages that Express takes as they are', async () => {
  const app = express();
  app.enable('trust proxy');
  app.get('/a', (request, response) => void response.json({ ip: request.ip, query: request.query }));
  const prototypesOf = (...messages: [IncomingMessage, ServerResponse]) =>
    messages.map((message) => Object.getPrototypeOf(message) as unknown);
  const met: unknown[] = [];
  const { url } = await open({
    express: app,
    request(request, response) {
      const before = prototypesOf(request, response);
      app(request, response);
      met.push(before, prototypesOf(request, response));
    },
  });
  const answer = await fetch(`${url}/a?b=c`, { headers: { 'x-forwarded-for': '192.0.2.1' } });
  expect(await answer.json()).toEqual({ ip: '192.0.2.1', query: { b: 'c' } });
  expect(met).toHaveLength(2);
  const [before, after] = met as unknown[][];
  for (const [index, prototype] of before!.entries()) expect(after![index]).toBe(prototype);
  expect((await fetch(`${url}/b`)).status).toBe(404);
});
