#!/usr/bin/env node
/** The `mulu` command. */
import { runCli } from './cli/cli.ts'

// A reader that has seen enough closes the pipe (`mulu status | head`); that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})
process.exitCode = await runCli(process.argv.slice(2))
