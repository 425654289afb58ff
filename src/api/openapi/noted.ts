import type { RequestHandler, Router } from 'express';
import type { NotedRoute, Operation, RouteBook } from './operation.ts';

/** Makes routes on a router, each noted in the book with what is said of it. */
export const notedRoutes =
  (router: Router, routes: RouteBook) =>
  (method: NotedRoute['method'], path: string, operation: Operation, handler: RequestHandler): void => {
    routes.note({ method, path: path === '/' ? '' : path, operation });
    router[method](path, handler);
  };
