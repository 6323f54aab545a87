import type { Clock } from './clock.ts'
import type { OwnSigner } from './crypto.ts'
import type { DataFolder } from './folder/data-folder.ts'
import type { NodeConfig } from './folder/node-config.ts'
import type { NodeLogger } from './logger.ts'
import type { Network } from './network/peer-info.ts'
import type { Pruner } from './pruning/pruner.ts'
import type { Scrubber } from './scrub/scrubber.ts'
import type { NodeStore } from './store/node-store.ts'

/** An open node: what routes and commands work on. */
export type NodeContext = {
  readonly folder: DataFolder
  readonly config: NodeConfig
  readonly store: NodeStore
  readonly scrubber: Scrubber
  readonly pruner: Pruner
  readonly clock: Clock
  readonly logger: NodeLogger
  /** The key this node signs commits with, admitted or not. */
  readonly signer: OwnSigner
  readonly peerId: string
  /** Undefined while the node is offline, or not running. */
  readonly network: () => Network | undefined
}
