# One target per process: docker build --target bridge -t sentinel-bridge .
# What is released is built on these by digest: see base-images.json.
ARG BUILD_BASE=node:24.21-trixie
ARG PROCESS_BASE=gcr.io/distroless/cc-debian13:nonroot

FROM ${BUILD_BASE} AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts && npm rebuild re2
COPY . .
RUN node tools/build.ts

# Nothing but Node, the one that the tests ran on: no shell, no package manager, a user without rights.
FROM ${PROCESS_BASE} AS process
COPY --from=build /usr/local/bin/node /usr/local/bin/node
ENTRYPOINT ["/usr/local/bin/node"]
WORKDIR /app
ENV NODE_ENV=production
EXPOSE 8080

FROM process AS provision
COPY --from=build /src/dist/provision ./
CMD ["main.js"]

FROM process AS bridge
COPY --from=build /src/dist/bridge ./
CMD ["main.js"]

FROM process AS meter
COPY --from=build /src/dist/meter ./
CMD ["main.js"]

FROM process AS mender
COPY --from=build /src/dist/mender ./
CMD ["main.js"]

FROM process AS delivery
COPY --from=build /src/dist/delivery ./
CMD ["main.js"]

# The fence's one tool, with the libraries that the base lacks; libc is the base's.
FROM build AS nftables
RUN apt-get update && apt-get install -y --no-install-recommends nftables \
  && mkdir /nft \
  && cp --parents /usr/sbin/nft $(ldd /usr/sbin/nft | awk '$3 ~ "^/" && $3 !~ "/libc[.]so" { print $3 }') /nft

FROM process AS fence
COPY --from=nftables /nft/ /
COPY --from=build /src/dist/fence ./
CMD ["main.js"]

FROM process AS report-gate
COPY --from=build /src/dist/report-gate ./
CMD ["main.js"]

FROM process AS auth
COPY --from=build /src/dist/auth ./
CMD ["main.js"]

FROM process AS aggregator
COPY --from=build /src/dist/aggregator ./
CMD ["main.js"]

FROM process AS archive
COPY --from=build /src/dist/archive ./
CMD ["main.js"]

FROM process AS console
COPY --from=build /src/dist/console ./
EXPOSE 8443
CMD ["main.js"]

FROM process AS inspector
COPY --from=build /src/node_modules/re2 ./node_modules/re2
COPY --from=build /src/dist/inspector ./
ENV RULES_DIRECTORY=/app/rules
CMD ["main.js"]
