# syntax=docker/dockerfile:1
# docker build -t muster . && docker run -p 127.0.0.1:8080:8080 -v muster:/data -e MUSTER_ADMIN_PASSWORD=… muster
FROM node:24-bookworm-slim AS build
WORKDIR /muster
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build
# Only what the server needs when it runs: the console is built, and its libraries are in it.
RUN npm prune --omit=dev --no-audit --no-fund \
 && npm uninstall --no-save --no-audit --no-fund vite typescript graphiql react react-dom urql \
    @graphql-codegen/core @graphql-codegen/typescript-operations @graphql-tools/relay-operation-optimizer \
    @graphql-typed-document-node/core \
    @mantine/core @mantine/hooks @mantine/notifications @mantine/spotlight @tabler/icons-react \
    @tanstack/react-router @tanstack/react-table @tanstack/react-virtual @urql/core @urql/exchange-graphcache \
 && find dist -name '*.map' -path 'dist/console/*' -delete

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 MUSTER_DATA_DIR=/data
WORKDIR /muster
COPY --from=build /muster/package.json ./
COPY --from=build /muster/node_modules node_modules
COPY --from=build /muster/dist dist
COPY --from=build /muster/src/database/migrations src/database/migrations
RUN ln -s /muster/dist/cli/main.js /usr/local/bin/muster && install -d -o node -g node -m 700 /data
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:'+(process.env.PORT||8080)+'/health/ready').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
# Node.js itself gets SIGTERM, and ends within ten seconds.
CMD ["node", "dist/cli/main.js", "serve"]
