#!/usr/bin/env -S node --max-semi-space-size=64
// The `mulu` command as npm links it; it is here before anything is built. What a commit changes
// lives as long as it is merged: with room for it among the young objects less is copied.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const main = new URL('../dist/main.js', import.meta.url)
if (existsSync(fileURLToPath(main))) {
  await import(main.href)
} else {
  process.stderr.write('Mulu is not built yet: run `npm run build` first.\n')
  process.exitCode = 1
}
