/** The composition root: everything a running node consists of, in reading order. */
import type { Clock } from './clock.ts'
import { startEraser } from './federation/eraser.ts'
import { startWitness } from './federation/witness.ts'
import { readAccessKey } from './folder/access-key.ts'
import { readAddresses, writeAddresses } from './folder/address-file.ts'
import type { PassphraseSource } from './folder/key-file.ts'
import { writeNodeConfig } from './folder/node-config.ts'
import { writeRunFile } from './folder/run-file.ts'
import { createApp } from './http/app.ts'
import { listen } from './http/server.ts'
import type { NodeLogger } from './logger.ts'
import { createNetwork } from './network/network.ts'
import type { NetworkLimits } from './network/network-options.ts'
import { openNode } from './open-node.ts'
import { Opened } from './opened.ts'
import { SOFTWARE } from './software.ts'

/** What `mulu start` may say otherwise than config.json. */
export type StartOptions = {
  readonly dir: string
  readonly host?: string
  readonly port?: number
  readonly peerHost?: string
  readonly peerPort?: number
  readonly offline: boolean
  readonly mdns: boolean
  /** Other bounds of the network than usual. */
  readonly limits?: Partial<NetworkLimits>
  /** Gives the passphrases of protected keys. */
  readonly passphrase?: PassphraseSource
}

/** A running node. */
export type RunningNode = AsyncDisposable & {
  readonly url: string
  readonly addresses: () => readonly string[]
}

/** Starts a node. Whatever was opened is closed again when a later step fails. */
export async function startNode(
  options: StartOptions,
  clock: Clock,
  logger: NodeLogger,
): Promise<RunningNode> {
  const opened = new Opened()
  try {
    return await openAll(options, clock, logger, opened)
  } catch (error) {
    await opened[Symbol.asyncDispose]()
    throw error
  }
}

async function openAll(
  options: StartOptions,
  clock: Clock,
  logger: NodeLogger,
  opened: Opened,
): Promise<RunningNode> {
  const node = await openNode(options.dir, clock, logger, options.passphrase)
  opened.add(node.close)
  const { context } = node
  const { folder, config, store } = context
  const http = { ...config.http, ...given('host', options.host), ...given('port', options.port) }
  const p2p = {
    ...config.p2p,
    ...given('host', options.peerHost),
    ...given('port', options.peerPort),
  }
  const app = createApp(context, await readAccessKey(folder.accessKey))
  const server = await listen(app, http.host, http.port)
  opened.add(server.close)
  const witness = { registry: store.registry, clock, logger, signer: () => context.signer }
  opened.add(startWitness(witness))
  opened.add(startEraser(context))
  context.scrubber.start()
  context.pruner.start()
  if (!options.offline) {
    const network = await createNetwork({
      registry: store.registry,
      seed: node.transportSeed,
      listen: {
        host: p2p.host,
        tcpPort: p2p.port,
        ...given('wsPort', p2p.wsPort === 0 ? undefined : p2p.wsPort),
      },
      dial: config.addresses,
      addressBook: {
        load: () => readAddresses(folder),
        save: (addresses) => writeAddresses(folder, addresses),
      },
      mdns: options.mdns,
      ...given('limits', options.limits),
      clock,
      logger,
      software: SOFTWARE,
    })
    opened.add(() => network.stop())
    node.attach(network)
  }
  await writeNodeConfig(folder, { ...config, http, p2p })
  opened.add(await writeRunFile(folder, server.url))
  logger.info({ url: server.url, offline: options.offline }, 'node started')
  return {
    url: server.url,
    addresses: () => context.network()?.addresses() ?? [],
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  }
}

function given<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, V>)
}
