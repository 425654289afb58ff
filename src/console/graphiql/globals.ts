/**
 * What the page of GraphiQL needs, as globals: its own script is the server's. The names are those of the scripts that
 * GraphiQL used to be delivered as.
 */
import 'graphiql/style.css';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import * as React from 'react';
import { createRoot } from 'react-dom/client';

Object.assign(globalThis, {
  React,
  ReactDOM: { createRoot },
  GraphiQL: Object.assign(GraphiQL, { createFetcher: createGraphiQLFetcher }),
});
