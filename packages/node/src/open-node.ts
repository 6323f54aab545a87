/** Opens what a folder holds, without running it: the base of `start` and of commands. */

import { textToHash } from '@mulu/registry-core'
import type { Clock } from './clock.ts'
import { OwnKey } from './federation/own-key.ts'
import { peerIdOf } from './federation/peer-id.ts'
import { dataFolder } from './folder/data-folder.ts'
import { NO_PASSPHRASE, type PassphraseSource, readKeyFile } from './folder/key-file.ts'
import { readNodeConfig } from './folder/node-config.ts'
import type { NodeLogger } from './logger.ts'
import type { Network } from './network/peer-info.ts'
import type { NodeContext } from './node-context.ts'
import { Opened } from './opened.ts'
import { Pruner } from './pruning/pruner.ts'
import { scrubFile } from './scrub/scrub-file.ts'
import { Scrubber } from './scrub/scrubber.ts'
import { openNodeStore } from './store/node-store.ts'

/** An open node; `attach` gives it its network once that runs. */
export type OpenNode = {
  readonly close: () => Promise<void>
  readonly context: NodeContext
  readonly transportSeed: Uint8Array
  readonly attach: (network: Network | undefined) => void
}

/** Opens a folder. MULU_NOT_INITIALISED, MULU_CONFIG, MULU_KEY_LOCKED, MULU_STORE_LOCKED. */
export async function openNode(
  dir: string,
  clock: Clock,
  logger: NodeLogger,
  passphrase: PassphraseSource = NO_PASSPHRASE,
): Promise<OpenNode> {
  const folder = dataFolder(dir)
  const config = await readNodeConfig(folder)
  const transportSeed = await readKeyFile(folder.transportKey, passphrase)
  const opened = new Opened()
  const store = await openNodeStore(folder, clock, {
    logger,
    keepsAll: config.keeps !== 'live',
  })
  opened.add(async () => store[Symbol.asyncDispose]())
  const federation = textToHash(config.federation.id)
  const openKey = async (): Promise<OwnKey> => {
    if (federation !== undefined) await store.registry.pinFederation(federation)
    return OwnKey.open({ folder, registry: store.registry, passphrase, logger })
  }
  const key = await openKey().catch(async (error: unknown) => {
    await opened[Symbol.asyncDispose]()
    throw error
  })
  opened.add(() => key.close())
  const scrubber = new Scrubber({
    ...{ registry: store.registry, store: folder.store, file: scrubFile(folder), clock, logger },
  })
  store.registry.onFailure = () => scrubber.soon()
  opened.add(() => scrubber.stop())
  await scrubber.load()
  const pruner = new Pruner({ registry: store.registry, clock, logger })
  opened.add(() => pruner.stop())
  let network: Network | undefined
  return {
    context: {
      folder,
      config,
      store,
      scrubber,
      pruner,
      clock,
      logger,
      get signer() {
        return key.signer
      },
      peerId: peerIdOf(transportSeed),
      network: () => network,
    },
    transportSeed,
    attach: (running) => {
      network = running
    },
    close: () => opened[Symbol.asyncDispose](),
  }
}
