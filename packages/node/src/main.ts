#!/usr/bin/env node
/** The `mulu` command. */
import { runCli } from './cli/cli.ts'

process.exitCode = await runCli(process.argv.slice(2))
