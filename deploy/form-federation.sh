#!/bin/sh
# Founds the federation of compose.yaml, admits its four agencies and starts all nodes. Run once.
set -eu
cd "$(dirname "$0")"
requests=$(mktemp -d)
trap 'rm -rf "$requests"' EXIT

docker compose build coordinator
docker compose run --rm coordinator found --dir /data --name "Federation" \
  --agency COORDINATOR --agency-name en="Coordination Office" --agency-name zh-Hans=协调中心
docker compose up -d coordinator
until docker compose exec -T coordinator mulu status --dir /data >/dev/null 2>&1; do sleep 1; done
# The ticket is made while the node runs, so that it carries the address it listens on.
ticket=$(docker compose exec -T coordinator mulu ticket --dir /data)

# admit CODE NAME-EN NAME-ZH, CODE being the service too
admit() {
  docker compose run --rm -T "$1" init --dir /data --ticket "$ticket" \
    --agency "$1" --agency-name en="$2" --agency-name zh-Hans="$3"
  docker compose run --rm -T --entrypoint cat "$1" /data/join-request.json >"$requests/$1.json"
  docker compose cp "$requests/$1.json" "coordinator:/tmp/$1.json"
  docker compose exec -T coordinator mulu admit --dir /data "/tmp/$1.json"
}
admit north 'Northern Bureau' 北方局
admit east 'Eastern Bureau' 东方局
admit south 'Southern Bureau' 南方局
admit west 'Western Bureau' 西方局

docker compose up -d
