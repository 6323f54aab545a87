/** `mulu start`: runs a node until it is told to stop. */
import type { Command } from 'commander'
import { systemClock } from '../clock.ts'
import { readEnvironment } from '../config.ts'
import { dataFolder } from '../folder/data-folder.ts'
import { createLogger, type NodeLogger } from '../logger.ts'
import { isConnectionError } from '../network/connection-error.ts'
import type { StartOptions } from '../node.ts'
import type { ExitStatus } from './cli.ts'
import { parsePort } from './options.ts'
import { print } from './output.ts'
import { passphrases } from './passphrase.ts'

type StartArguments = {
  readonly dir: string
  readonly host?: string
  readonly port?: number
  readonly p2pHost?: string
  readonly p2p?: number
  readonly offline?: boolean
  readonly mdns?: boolean
  readonly log?: string
}

/** Adds the command. */
export function addStart(program: Command, done: (status: ExitStatus) => void): void {
  program
    .command('start')
    .description('run the node')
    .requiredOption('--dir <dir>', 'data folder of the node')
    .option('--host <host>', 'address the pages and the API listen on')
    .option('--port <port>', 'port of the pages and the API', parsePort)
    .option('--p2p-host <host>', 'address other nodes reach this one at')
    .option('--p2p <port>', 'port for other nodes', parsePort)
    .option('--offline', 'do not connect to other nodes')
    .option('--mdns', 'look for other nodes on the local network')
    .option('--log <place>', '- for standard output; else the file in the data folder')
    .action(async (options: StartArguments) => {
      const { logLevel } = readEnvironment()
      const file = dataFolder(options.dir).log
      const logger = createLogger(options.log === '-' ? 'stdout' : { file }, logLevel)
      guardProcess(logger)
      const stopped = signalled()
      // Network and pages are half of what there is to load, and no other command needs them.
      const { startNode } = await import('../node.ts')
      const node = await startNode(toStartOptions(options), systemClock, logger)
      print(`Mulu is at ${node.url}`)
      await stopped
      await node[Symbol.asyncDispose]()
      logger.info('node stopped')
      done(0)
    })
}

function toStartOptions(options: StartArguments): StartOptions {
  const { dir, host, port, p2pHost, p2p } = options
  return {
    dir,
    offline: options.offline ?? false,
    mdns: options.mdns ?? false,
    passphrase: passphrases(),
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(p2pHost === undefined ? {} : { peerHost: p2pHost }),
    ...(p2p === undefined ? {} : { peerPort: p2p }),
  }
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => resolve())
    }
  })
}

/**
 * Errors of a connection can surface outside any promise (libp2p 3 throws in a microtask); they
 * end that connection and not the node. Everything else unexpected ends the process.
 */
function guardProcess(logger: NodeLogger): void {
  const onUnexpected = (error: unknown): void => {
    if (isConnectionError(error)) {
      logger.warn({ err: error }, 'a connection failed')
      return
    }
    logger.fatal({ err: error }, 'unexpected error; the node stops')
    process.exit(1)
  }
  process.on('uncaughtException', onUnexpected)
  process.on('unhandledRejection', onUnexpected)
}
